using Paas.Oci.Runtime;

namespace Paas.Node.Bundles;

/// <summary>Makes the <c>config.json</c> of our containers (runtime-spec, config.md and config-linux.md). Pure.</summary>
internal static class RuntimeConfigBuilder
{
    private const string OciVersion = "1.2.0";
    private const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    private const ulong MostOpenFiles = 1_048_576;
    private const ulong UsualOpenFiles = 65_536;
    private const int BuildOomScore = 500;
    private const int ProcessorPeriod = 100_000;

    // Kernel facts of no use to an app that help an attacker, or that change the host.
    private static readonly string[] MaskedPaths =
    [
        "/proc/acpi", "/proc/asound", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats",
        "/proc/sched_debug", "/proc/scsi", "/proc/timer_list", "/proc/timer_stats",
        "/sys/devices/virtual/powercap", "/sys/firmware", "/sys/kernel/debug", "/sys/kernel/security", "/sys/kernel/tracing",
    ];

    private static readonly string[] ReadonlyPaths = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

    // For processes that begin as the container's root: what installing packages and dropping to another user needs.
    private static readonly string[] RootCapabilities =
    [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_NET_BIND_SERVICE", "CAP_SETFCAP",
        "CAP_SETGID", "CAP_SETPCAP", "CAP_SETUID", "CAP_SYS_CHROOT",
    ];

    public static RuntimeConfig Build(ContainerConfig config, BundleFacts facts) => new()
    {
        OciVersion = OciVersion,
        // The overlay of the sandbox takes its place.
        Root = new RootConfig { Path = "rootfs", Readonly = config.ReadonlyRoot },
        Hostname = facts.HostName,
        Process = Process(config, facts),
        Mounts = [.. SystemMounts(), .. config.ReadonlyRoot ? ScratchMounts() : [], .. EtcMounts(facts.EtcDirectory), .. config.MemoryMounts.Select(Memory), .. config.Mounts.OrderBy(Depth).Select(mount => Bind(mount, facts))],
        Linux = new LinuxConfig
        {
            Namespaces = [.. Namespaces(config, facts).Select(type => new NamespaceConfig { Type = type })],
            UidMappings = Mappings(facts),
            GidMappings = Mappings(facts),
            CgroupsPath = facts.CgroupsPath,
            Resources = Resources(config.Limits, facts.Limits),
            Seccomp = SeccompProfile.Default,
            MaskedPaths = MaskedPaths,
            ReadonlyPaths = ReadonlyPaths,
        },
    };

    /// <summary>The image's entrypoint, then the container's arguments or the image's.</summary>
    public static IReadOnlyList<string> Arguments(ContainerConfig config, BundleFacts facts) =>
        config.Args.Count > 0 && ImageLauncher.IsIn(facts.Image.Entrypoint) ? ImageLauncher.Arguments(config.ProcessType, config.Args) :
        [.. facts.Image.Entrypoint ?? [], .. config.Args.Count > 0 ? config.Args : facts.Image.Cmd ?? []];

    private static ProcessConfig Process(ContainerConfig config, BundleFacts facts)
    {
        var capabilities = facts.User.Uid == 0 ? RootCapabilities : [];
        var score = config.Group == ContainerGroup.Builds ? BuildOomScore : 0;
        var files = Math.Min(facts.Limits.OpenFiles, MostOpenFiles);
        return new ProcessConfig
        {
            Terminal = config.Terminal is not null,
            ConsoleSize = config.Terminal is { } size ? new ConsoleSize { Height = (uint)size.Rows, Width = (uint)size.Columns } : null,
            Args = Arguments(config, facts),
            Env = Environment(config, facts),
            Cwd = config.Cwd ?? (string.IsNullOrEmpty(facts.Image.WorkingDir) ? "/" : facts.Image.WorkingDir),
            User = new UserConfig
            {
                Uid = facts.User.Uid,
                Gid = facts.User.Gid,
                // With its own among them, as with docker and BuildKit: else a program could drop a group that a file shuts out.
                AdditionalGids = [.. facts.User.AdditionalGids.Prepend(facts.User.Gid).Distinct()],
            },
            Capabilities = new CapabilitySets
            {
                Bounding = capabilities,
                Effective = capabilities,
                Permitted = capabilities,
                Inheritable = [],
                Ambient = [],
            },
            NoNewPrivileges = !config.AllowNewPrivileges,
            OomScoreAdj = Math.Max(score, facts.Limits.OomScoreAdjust),
            Rlimits =
            [
                new ResourceLimit { Type = "RLIMIT_NOFILE", Soft = Math.Min(files, UsualOpenFiles), Hard = files },
                // A core of a process with secrets would lie in the app's own directory, or on the host.
                new ResourceLimit { Type = "RLIMIT_CORE", Soft = 0, Hard = 0 },
            ],
        };
    }

    private static string[] Environment(ContainerConfig config, BundleFacts facts)
    {
        var variables = new Dictionary<string, string>
        {
            ["PATH"] = DefaultPath,
            ["HOME"] = facts.User.Home,
            ["HOSTNAME"] = facts.HostName,
        };
        foreach (var variable in facts.Image.Env ?? [])
        {
            if (variable.Split('=', 2) is [var name, var value]) variables[name] = value;
        }

        foreach (var (name, value) in config.Env) variables[name] = value;
        return [.. variables.Select(variable => $"{variable.Key}={variable.Value}")];
    }

    private static IEnumerable<string> Namespaces(ContainerConfig config, BundleFacts facts)
    {
        string[] always = ["mount", "pid", "ipc", "uts", "cgroup"];
        if (!config.HostNetwork) always = [.. always, "network"];
        return facts.UserBase is null ? always : always.Prepend("user");
    }

    private static IReadOnlyList<IdMapping>? Mappings(BundleFacts facts) => facts.UserBase is not { } first
        ? null
        : [new IdMapping { ContainerID = 0, HostID = (uint)first, Size = Users.UserRanges.Size }];

    private static ResourcesConfig Resources(ContainerLimits limits, HostLimits host) => new()
    {
        Memory = limits.MemoryBytes is not { } bytes
            ? null
            // Memory and swap together: without it a limit of memory is one of speed only.
            : new MemoryLimits { Limit = bytes, Swap = bytes },
        Cpu = limits.CpuWeight is null && limits.Cpus is null
            ? null
            : new ProcessorLimits
            {
                // v1 counts from 1024 where v2 counts from 100.
                Shares = limits.CpuWeight is { } weight && !host.UnifiedCgroups ? (ulong)Math.Max(2, weight * 1024 / 100) : null,
                Quota = limits.Cpus is { } cpus ? (long)Math.Ceiling(cpus * ProcessorPeriod) : null,
                Period = limits.Cpus is null ? null : ProcessorPeriod,
            },
        Pids = limits.Pids is { } pids ? new PidsLimit { Limit = pids } : null,
        Unified = limits.CpuWeight is { } unified && host.UnifiedCgroups
            ? new Dictionary<string, string> { ["cpu.weight"] = $"{unified}" }
            : null,
    };

    private static IEnumerable<MountConfig> SystemMounts()
    {
        yield return Mount("/proc", "proc", "proc", "nosuid", "noexec", "nodev");
        yield return Mount("/dev", "tmpfs", "tmpfs", "nosuid", "strictatime", "mode=755", "size=65536k");
        yield return Mount("/dev/pts", "devpts", "devpts", "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5");
        yield return Mount("/dev/shm", "tmpfs", "shm", "nosuid", "noexec", "nodev", "mode=1777", "size=65536k");
        yield return Mount("/dev/mqueue", "mqueue", "mqueue", "nosuid", "noexec", "nodev");
        // Where the network namespace belongs to the host and not to the container's user namespace, the kernel refuses this and the
        // runtime binds the host's, read-only.
        yield return Mount("/sys", "sysfs", "sysfs", "nosuid", "noexec", "nodev", "ro");
        yield return Mount("/sys/fs/cgroup", "cgroup", "cgroup", "nosuid", "noexec", "nodev", "relatime", "ro");
    }

    // Hardly a program does without.
    private static IEnumerable<MountConfig> ScratchMounts() =>
        [Mount("/tmp", "tmpfs", "tmpfs", "nosuid", "nodev", "mode=1777", "size=65536k"), Mount("/run", "tmpfs", "tmpfs", "nosuid", "nodev", "mode=1777", "size=65536k")];

    private static IEnumerable<MountConfig> EtcMounts(string directory)
    {
        foreach (var name in (string[])["resolv.conf", "hosts", "hostname"])
        {
            yield return Mount($"/etc/{name}", "bind", Path.Combine(directory, name), "rbind", "rprivate", "nosuid", "nodev", "noexec", "ro");
        }
    }

    private static MountConfig Memory(MemoryMount mount) => mount.SizeBytes is { } size
        ? Mount(mount.Target, "tmpfs", "tmpfs", "nosuid", "nodev", "mode=1777", $"size={size}")
        : Mount(mount.Target, "tmpfs", "tmpfs", "nosuid", "nodev", "mode=1777");

    private static MountConfig Bind(BindMount mount, BundleFacts facts)
    {
        var mapped = mount.IdMapped ? Mappings(facts) : null;
        var options = new List<string> { "bind", "rprivate", "nosuid", "nodev", mount.ReadOnly ? "ro" : "rw" };
        return Mount(mount.Target, "bind", mount.Source, [.. options]) with { UidMappings = mapped, GidMappings = mapped };
    }

    private static MountConfig Mount(string destination, string type, string source, params IReadOnlyList<string> options) =>
        new() { Destination = destination, Type = type, Source = source, Options = options };

    // A mount within another must come after it.
    private static int Depth(BindMount mount) => mount.Target.Trim('/').Count(c => c == '/');
}
