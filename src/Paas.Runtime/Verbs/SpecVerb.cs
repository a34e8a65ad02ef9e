using System.Text.Json;
using Paas.Oci.Runtime;
using Paas.Runtime.CommandLine;

namespace Paas.Runtime.Verbs;

/// <summary><c>spec</c>: writes a config.json to start from.</summary>
internal static class SpecVerb
{
    public const string OciVersion = "1.2.0";

    private static readonly string[] Capabilities = ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"];

    private static readonly string[] NamespaceTypes = ["pid", "network", "ipc", "uts", "mount", "cgroup"];

    public static int Run(IReadOnlyList<string> arguments)
    {
        var reader = new OptionReader(arguments);
        var bundle = ".";
        while (reader.NextOption() is { } option) bundle = option is "--bundle" or "-b" ? reader.Value() : throw reader.Unknown();
        var path = Path.Combine(bundle, "config.json");
        if (File.Exists(path)) throw new RuntimeException($"{path} exists: remove it first");
        File.WriteAllBytes(path, JsonSerializer.SerializeToUtf8Bytes(Default(), OciRuntimeJsonContext.Default.RuntimeConfig));
        return 0;
    }

    private static RuntimeConfig Default() => new()
    {
        OciVersion = OciVersion,
        Root = new RootConfig { Path = "rootfs", Readonly = true },
        Hostname = "container",
        Process = new ProcessConfig
        {
            Args = ["sh"],
            Env = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
            Cwd = "/",
            User = new UserConfig(),
            NoNewPrivileges = true,
            Capabilities = new CapabilitySets { Bounding = Capabilities, Effective = Capabilities, Permitted = Capabilities },
            Rlimits = [new ResourceLimit { Type = "RLIMIT_NOFILE", Soft = 1024, Hard = 1024 }],
        },
        Mounts =
        [
            Mount("/proc", "proc"),
            Mount("/dev", "tmpfs", "nosuid", "strictatime", "mode=755", "size=65536k"),
            Mount("/dev/pts", "devpts", "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"),
            Mount("/dev/shm", "tmpfs", "nosuid", "noexec", "nodev", "mode=1777", "size=65536k"),
            Mount("/dev/mqueue", "mqueue", "nosuid", "noexec", "nodev"),
            Mount("/sys", "sysfs", "nosuid", "noexec", "nodev", "ro"),
            Mount("/sys/fs/cgroup", "cgroup", "nosuid", "noexec", "nodev", "relatime", "ro"),
        ],
        Linux = new LinuxConfig
        {
            Namespaces = [.. NamespaceTypes.Select(type => new NamespaceConfig { Type = type })],
            Resources = new ResourcesConfig { Devices = [new DeviceRule { Allow = false, Access = "rwm" }] },
            MaskedPaths =
            [
                "/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats",
                "/proc/sched_debug", "/sys/firmware", "/proc/scsi",
            ],
            ReadonlyPaths = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
        },
    };

    private static MountConfig Mount(string destination, string type, params string[] options) =>
        new() { Destination = destination, Type = type, Source = type, Options = options.Length > 0 ? options : null };
}
