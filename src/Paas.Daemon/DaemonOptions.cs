using System.Globalization;
using Paas.Contracts.Errors;
using Paas.ControlPlane;
using Paas.Images.Remote;
using Paas.Node;

namespace Paas.Daemon;

/// <summary>
/// What paasd is told at start. Each option is <c>--name VALUE</c> on the command line, or <c>PAAS_NAME</c> in the environment
/// (<c>--http-port</c> is <c>PAAS_HTTP_PORT</c>); the command line wins.
/// </summary>
internal sealed record DaemonOptions
{
    /// <summary>Everything that survives a reboot.</summary>
    public string Data { get; init; } = "/var/lib/paas";

    /// <summary>Sockets.</summary>
    public string Run { get; init; } = "/run/paas";

    /// <summary>The programs tree: <c>bin/</c>, <c>lib/</c>, <c>buildpacks/</c>.</summary>
    public string Programs { get; init; } = "/opt/paas";

    /// <summary>Apps answer at <c>app.domain</c>, paasd at <c>paas.domain</c>.</summary>
    public string Domain { get; init; } = "localhost";

    /// <summary>The router's HTTP port.</summary>
    public int HttpPort { get; init; } = 80;

    /// <summary>The router's HTTPS port.</summary>
    public int HttpsPort { get; init; } = 443;

    /// <summary>The port of the sshd that paasd runs; 0 runs none.</summary>
    public int SshPort { get; init; } = 2222;

    /// <summary>OpenSSH's server.</summary>
    public string Sshd { get; init; } = "/usr/sbin/sshd";

    /// <summary>The router's control socket; null takes the one in <see cref="Run"/>.</summary>
    public string? RouterSocket { get; init; }

    /// <summary>Name of the bridge of the sandboxes.</summary>
    public string Bridge { get; init; } = "paas0";

    /// <summary>IPv4 subnet of the sandboxes.</summary>
    public string Subnet { get; init; } = "10.213.0.0/16";

    /// <summary>Parent of every cgroup of the platform.</summary>
    public string CgroupParent { get; init; } = "/paas";

    /// <summary>Largest source tree of a build, and largest pack of a push, in bytes.</summary>
    public long MaxSourceBytes { get; init; } = 1L << 30;

    /// <summary>Of the disk, in bytes, what builds and pushes leave free for the apps; null takes a twentieth of it, 1 to 10 GiB.</summary>
    public long? DiskReserveBytes { get; init; }

    /// <summary>Bytes of the layers of Dockerfiles' steps that are kept for later builds.</summary>
    public long MaxStepCacheBytes { get; init; } = 10L << 30;

    /// <summary>Memory of a build's container, in bytes; of one for each buildpack.</summary>
    public long BuildMemoryBytes { get; init; } = 2L << 30;

    /// <summary>What builds get of the processors.</summary>
    public BuildPriority BuildPriority { get; init; }

    /// <summary>How long one buildpack may build.</summary>
    public TimeSpan BuildTime { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>How long a new web process has to accept a connection.</summary>
    public TimeSpan CheckTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Registries to ask before others, and those that may be spoken to without TLS.</summary>
    public RegistryOptions Registries { get; init; } = new();

    /// <summary>Where the packages of the base images come from: addresses, or lines of <c>sources.list</c>; empty takes Debian's own.</summary>
    public IReadOnlyList<string> StackMirrors { get; init; } = [];

    /// <summary>Also starts the router, keeps everything under <c>./.paas</c>, and ends when it is told to.</summary>
    public bool Dev { get; init; }

    /// <summary>paasd's own socket.</summary>
    public string Socket => Path.Combine(Run, "paasd.sock");

    /// <summary>Where a browser finds the dashboard, and git and <c>paas</c> the API.</summary>
    public string Url => HttpPort == 80 ? $"http://paas.{Domain}" : $"http://paas.{Domain}:{HttpPort.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>The part of these that the control plane needs.</summary>
    public ControlPlaneOptions ForControlPlane() => new()
    {
        DataDirectory = Data,
        RunDirectory = Run,
        ProgramsDirectory = Programs,
        Domain = Domain,
        HttpPort = HttpPort,
        HttpsPort = HttpsPort,
        SshPort = SshPort,
        RouterSocket = RouterSocket,
        DaemonSocket = Socket,
        Bridge = Bridge,
        Subnet = Subnet,
        CgroupParent = CgroupParent,
        Registries = Registries,
        StackMirrors = StackMirrors,
        MaxSourceBytes = MaxSourceBytes,
        MaxPushBytes = MaxSourceBytes,
        DiskReserveBytes = DiskReserveBytes ?? -1,
        MaxStepCacheBytes = MaxStepCacheBytes,
        BuildMemoryBytes = BuildMemoryBytes,
        BuildPriority = BuildPriority,
        BuildTime = BuildTime,
        CheckTimeout = CheckTimeout,
        Version = DaemonVersion.Text,
    };

    /// <summary>Reads the options; what is not one is left in <paramref name="rest"/>. InvalidRequest for an option or value that cannot be.</summary>
    public static DaemonOptions Parse(IReadOnlyList<string> arguments, Func<string, string?> environment, out IReadOnlyList<string> rest)
    {
        var (given, dev, words) = OptionReader.Read(arguments);
        rest = words;
        dev |= environment("PAAS_DEV") is "1" or "true";
        string? Value(string name) => given.GetValueOrDefault(name) ?? NullIfEmpty(environment("PAAS_" + name[2..].ToUpperInvariant().Replace('-', '_')));
        var basis = dev ? ForDevelopment() : new DaemonOptions();
        return basis with
        {
            Data = Absolute(Value("--data")) ?? basis.Data,
            Run = Absolute(Value("--run")) ?? basis.Run,
            Programs = Absolute(Value("--programs")) ?? basis.Programs,
            Domain = Value("--domain") ?? basis.Domain,
            HttpPort = Port("--http-port", Value("--http-port")) ?? basis.HttpPort,
            HttpsPort = Port("--https-port", Value("--https-port")) ?? basis.HttpsPort,
            SshPort = Value("--ssh-port") is "0" ? 0 : Port("--ssh-port", Value("--ssh-port")) ?? basis.SshPort,
            Sshd = Absolute(Value("--sshd")) ?? basis.Sshd,
            RouterSocket = Absolute(Value("--router-socket")) ?? basis.RouterSocket,
            Bridge = Value("--bridge") ?? basis.Bridge,
            Subnet = Value("--subnet") ?? basis.Subnet,
            CgroupParent = Value("--cgroup-parent") ?? basis.CgroupParent,
            Registries = basis.Registries with
            {
                Mirrors = RegistryLists.Mirrors("--registry-mirrors", Value("--registry-mirrors")) ?? basis.Registries.Mirrors,
                Insecure = RegistryLists.Hosts("--insecure-registries", Value("--insecure-registries")) ?? basis.Registries.Insecure,
            },
            StackMirrors = RegistryLists.Packages("--stack-mirrors", Value("--stack-mirrors")) ?? basis.StackMirrors,
            MaxSourceBytes = Size("--max-source", Value("--max-source")) ?? basis.MaxSourceBytes,
            DiskReserveBytes = Size("--disk-reserve", Value("--disk-reserve")) ?? basis.DiskReserveBytes,
            MaxStepCacheBytes = Size("--step-cache", Value("--step-cache")) ?? basis.MaxStepCacheBytes,
            BuildMemoryBytes = Size("--build-memory", Value("--build-memory")) ?? basis.BuildMemoryBytes,
            BuildPriority = Priority("--build-priority", Value("--build-priority")) ?? basis.BuildPriority,
            BuildTime = Duration("--build-time", Value("--build-time")) ?? basis.BuildTime,
            CheckTimeout = Duration("--check-timeout", Value("--check-timeout")) ?? basis.CheckTimeout,
        };
    }

    private static DaemonOptions ForDevelopment()
    {
        var state = Path.GetFullPath(".paas");
        return new DaemonOptions
        {
            Dev = true,
            Data = Path.Combine(state, "data"),
            Run = Path.Combine(state, "run"),
            Programs = InstallationOf(AppContext.BaseDirectory) ?? Path.GetFullPath("artifacts/programs"),
            HttpPort = 8080,
            HttpsPort = 8443,
            SshPort = 2223,
            Bridge = "paasdev0",
            Subnet = "10.214.0.0/16",
            CgroupParent = "/paas-dev",
        };
    }

    // lib/paasd/ of a programs tree has the tree two levels up.
    private static string? InstallationOf(string directory)
    {
        var tree = Path.GetFullPath(Path.Combine(directory, "..", ".."));
        return File.Exists(Path.Combine(tree, "bin", "paas-runtime")) ? tree : null;
    }

    private static string? Absolute(string? path) => path is null ? null : Path.GetFullPath(path);

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static int? Port(string option, string? text)
    {
        if (text is null) return null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65535) return port;
        throw new PaasException(ErrorCode.InvalidRequest, $"{option} takes a port from 1 to 65535, not {text}");
    }

    private static long? Size(string option, string? text)
    {
        if (text is null) return null;
        var (digits, unit) = char.ToUpperInvariant(text[^1]) switch
        {
            'K' => (text[..^1], 1L << 10),
            'M' => (text[..^1], 1L << 20),
            'G' => (text[..^1], 1L << 30),
            _ => (text, 1L),
        };
        if (long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is > 0 and < 1L << 32) return count * unit;
        throw new PaasException(ErrorCode.InvalidRequest, $"{option} takes a size in bytes, or with K, M or G behind it, not {text}");
    }

    private static BuildPriority? Priority(string option, string? text) => text switch
    {
        null => null,
        "idle" => BuildPriority.Idle,
        "normal" => BuildPriority.Normal,
        _ => throw new PaasException(ErrorCode.InvalidRequest, $"{option} takes idle or normal, not {text}"),
    };

    private static TimeSpan? Duration(string option, string? text)
    {
        if (text is null) return null;
        var unit = text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, _ => 0 };
        if (unit > 0 && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is > 0 and < 100_000)
            return TimeSpan.FromSeconds((double)count * unit);
        throw new PaasException(ErrorCode.InvalidRequest, $"{option} takes a time such as 90s, 30m or 2h, not {text}");
    }
}
