using Paas.Images.Remote;
using Paas.Node;

namespace Paas.ControlPlane;

/// <summary>Where the control plane keeps its things and how far it lets an app go. Validated at start.</summary>
public sealed record ControlPlaneOptions
{
    /// <summary>Everything that survives a reboot, e.g. <c>/var/lib/paas</c>.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Sockets, e.g. <c>/run/paas</c>. Short, because a Unix socket's path has at most 107 bytes.</summary>
    public required string RunDirectory { get; init; }

    /// <summary>The programs tree: <c>bin/paas</c>, <c>bin/paas-runtime</c>, <c>buildpacks/</c>; e.g. <c>/opt/paas</c>.</summary>
    public required string ProgramsDirectory { get; init; }

    /// <summary>Apps answer at <c>app.domain</c>, the platform at <c>paas.domain</c>.</summary>
    public string Domain { get; init; } = "localhost";

    /// <summary>The router's HTTP port; part of URLs where it is not 80.</summary>
    public int HttpPort { get; init; } = 80;

    /// <summary>The router's HTTPS port; apps may not reach other ports of the host.</summary>
    public int HttpsPort { get; init; } = 443;

    /// <summary>The port of the platform's sshd; part of URLs. 0 where it runs none.</summary>
    public int SshPort { get; init; }

    /// <summary>Most entries of a source tree.</summary>
    public int MaxSourceFiles { get; init; } = 100_000;

    /// <summary>Most entries of an archive that is deployed.</summary>
    public int MaxArchiveFiles { get; init; } = 10_000;

    /// <summary>Longest path within a source tree, in bytes.</summary>
    public int MaxSourcePath { get; init; } = 1024;

    /// <summary>Version of the platform, shown by <c>paas version</c>.</summary>
    public string Version { get; init; } = typeof(ControlPlaneOptions).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    /// <summary>The router's control socket; null takes <c>router.sock</c> in <see cref="RunDirectory"/>.</summary>
    public string? RouterSocket { get; init; }

    /// <summary>paasd's own socket, the endpoint of <c>paas.domain</c>; null takes <c>paasd.sock</c> in <see cref="RunDirectory"/>.</summary>
    public string? DaemonSocket { get; init; }

    /// <summary>The runtime program; null takes <c>bin/paas-runtime</c> of <see cref="ProgramsDirectory"/>.</summary>
    public string? RuntimePath { get; init; }

    /// <summary>The CLI, which is also the git hook; null takes <c>bin/paas</c> of <see cref="ProgramsDirectory"/>.</summary>
    public string? CliPath { get; init; }

    /// <summary>Name of the bridge that sandboxes are attached to.</summary>
    public string Bridge { get; init; } = "paas0";

    /// <summary>IPv4 subnet of the sandboxes; the first address is the gateway.</summary>
    public string Subnet { get; init; } = "10.213.0.0/16";

    /// <summary>Parent cgroup of everything the platform runs.</summary>
    public string CgroupParent { get; init; } = "/paas";

    /// <summary>Reference of the stack's run and build images, after <c>stack/run:</c> and <c>stack/build:</c>.</summary>
    public string Stack { get; init; } = "bookworm";

    /// <summary>Where the stack's packages come from: addresses of mirrors, or lines of <c>sources.list</c>. Empty takes Debian's own.</summary>
    public IReadOnlyList<string> StackMirrors { get; init; } = [];

    /// <summary>Builds that run at the same time, over all apps.</summary>
    public int BuildConcurrency { get; init; } = 1;

    /// <summary>Builds whose record and output are kept for each app.</summary>
    public int BuildRetention { get; init; } = 20;

    /// <summary>How often a build that paasd's end cut off is begun again before it is given up.</summary>
    public int BuildAttempts { get; init; } = 3;

    /// <summary>Largest source tree of a build, in bytes of its tar.</summary>
    public long MaxSourceBytes { get; init; } = 1L << 30;

    /// <summary>Largest pack of one push, in bytes; git refuses more.</summary>
    public long MaxPushBytes { get; init; } = 1L << 30;

    /// <summary>Releases of each app, beside those that run, whose images are kept to roll back to.</summary>
    public int ReleaseRetention { get; init; } = 10;

    /// <summary>Bytes of all build caches together; the longest unused ones go first.</summary>
    public long MaxBuildCacheBytes { get; init; } = 10L << 30;

    /// <summary>Bytes of the layers of all Dockerfiles' steps together, as stored; the longest unused go first.</summary>
    public long MaxStepCacheBytes { get; init; } = 10L << 30;

    /// <summary>How long an app's build cache, and a Dockerfile's step, is kept without being used.</summary>
    public TimeSpan BuildCacheLifetime { get; init; } = TimeSpan.FromDays(30);

    /// <summary>
    /// Of the disk, in bytes, what builds and pushes leave free for the apps; negative takes a twentieth of it, 1 GiB at least and 10 GiB
    /// at most.
    /// </summary>
    public long DiskReserveBytes { get; init; } = -1;

    /// <summary>Memory limit of a build's container, in bytes.</summary>
    public long BuildMemoryBytes { get; init; } = 2L << 30;

    /// <summary>What builds get of the processors.</summary>
    public BuildPriority BuildPriority { get; init; }

    /// <summary>How long one buildpack may build.</summary>
    public TimeSpan BuildTime { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Memory limit of an instance, in bytes; null sets none.</summary>
    public long? InstanceMemoryBytes { get; init; } = 512L << 20;

    /// <summary>Processes and threads of an instance.</summary>
    public int InstancePids { get; init; } = 1024;

    /// <summary>The port a web process is told to listen on.</summary>
    public int Port { get; init; } = 5000;

    /// <summary>How long a web process has to accept a connection.</summary>
    public TimeSpan CheckTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long any other process has to stay up to count as healthy.</summary>
    public TimeSpan UptimeCheck { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a task beside a deployment may take: the Procfile's <c>release</c>, <c>predeploy</c>, <c>postdeploy</c>.</summary>
    public TimeSpan DeployTaskTimeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long a task by the clock may take: one that hangs would keep its next run from beginning.</summary>
    public TimeSpan CronTimeout { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long an instance that left the router may finish its requests.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Time between the stop signal and SIGKILL.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a deployment waits for the router to take the new table.</summary>
    public TimeSpan RouterTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Mirrors of registries, those without TLS, and how long to wait for them.</summary>
    public RegistryOptions Registries { get; init; } = new();

    internal string DatabasePath => Path.Combine(DataDirectory, "paas.db");

    internal string JobsDatabasePath => Path.Combine(DataDirectory, "jobs.db");

    internal string GitDirectory => Path.Combine(DataDirectory, "git");

    internal string BuildsDirectory => Path.Combine(DataDirectory, "builds");

    internal string CacheDirectory => Path.Combine(DataDirectory, "cache");

    internal string LogsDirectory => Path.Combine(DataDirectory, "logs");

    internal string SourcesDirectory => Path.Combine(DataDirectory, "builds", ".sources");

    internal string ImagesDirectory => Path.Combine(DataDirectory, "images");

    internal string BuildpacksDirectory => Path.Combine(ProgramsDirectory, "buildpacks");

    internal string RouterSocketPath => RouterSocket ?? Path.Combine(RunDirectory, "router.sock");

    internal string DaemonSocketPath => DaemonSocket ?? Path.Combine(RunDirectory, "paasd.sock");

    internal string RuntimeProgram => RuntimePath ?? Path.Combine(ProgramsDirectory, "bin", "paas-runtime");

    internal string CliProgram => CliPath ?? Path.Combine(ProgramsDirectory, "bin", "paas");

    /// <summary>Throws <see cref="ArgumentException"/> naming the first option that cannot work.</summary>
    public void Validate()
    {
        foreach (var (name, path) in new[] { (nameof(DataDirectory), DataDirectory), (nameof(RunDirectory), RunDirectory), (nameof(ProgramsDirectory), ProgramsDirectory) })
        {
            if (!Path.IsPathFullyQualified(path)) throw new ArgumentException($"{name} must be an absolute path, not '{path}'");
        }

        if (HttpPort is < 1 or > 65535) throw new ArgumentException($"{nameof(HttpPort)} {HttpPort} is not a port");
        if (Domain.Length == 0 || Domain.Any(char.IsUpper) || Uri.CheckHostName(Domain) == UriHostNameType.Unknown) throw new ArgumentException($"{nameof(Domain)} '{Domain}' is not a lower-case hostname");
        Registries.Validate();
        if (BuildConcurrency < 1) throw new ArgumentException($"{nameof(BuildConcurrency)} must be at least 1");
        if (ReleaseRetention < 1) throw new ArgumentException($"{nameof(ReleaseRetention)} must be at least 1");
        if (BuildRetention < 1) throw new ArgumentException($"{nameof(BuildRetention)} must be at least 1");
    }
}
