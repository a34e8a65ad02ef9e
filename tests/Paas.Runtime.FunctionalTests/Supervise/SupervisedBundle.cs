using System.Diagnostics;
using System.Text.Json;
using Paas.Contracts.Supervision;
using Paas.Logs;
using Paas.Oci.Runtime;
using Paas.Testing;

namespace Paas.Runtime.FunctionalTests.Supervise;

/// <summary>A bundle with a shell script as its process, and its supervisor: as the node makes them, with a user namespace.</summary>
internal sealed class SupervisedBundle : IDisposable
{
    private const uint FirstHostId = 2_000_000;

    private readonly SuperviseHost host;
    private readonly string directory;

    public SupervisedBundle(SuperviseHost host, string script, RestartPolicy? restart = null, int graceSeconds = 10, long? memory = null, string[]? args = null, bool terminals = false)
    {
        this.host = host;
        (Address, var number) = host.NextAddress();
        Id = $"pts-{Environment.ProcessId}-{number}";
        HostInterface = $"ptv{number}x{Environment.ProcessId % 100_000}";
        directory = Directory.CreateDirectory(Path.Combine(host.Path, Id)).FullName;
        Supervisor = Config(restart ?? new RestartPolicy(RestartMode.Always), graceSeconds);
        Configure(config => config);
        Write("config.json", JsonSerializer.SerializeToUtf8Bytes(Container(args ?? ["/bin/sh", "-c", script], memory, terminals), OciRuntimeJsonContext.Default.RuntimeConfig));
        foreach (var path in (string[])["upper", "work", "root"]) Directory.CreateDirectory(Path.Combine(directory, path));
    }

    public string Id { get; }

    public string Address { get; }

    public string HostInterface { get; }

    public SupervisorConfig Supervisor { get; }

    public bool HasHostInterface => Directory.Exists($"/sys/class/net/{HostInterface}");

    /// <summary>Changes <c>supervise.json</c>.</summary>
    public void Configure(Func<SupervisorConfig, SupervisorConfig> change) =>
        Write("supervise.json", JsonSerializer.SerializeToUtf8Bytes(change(Supervisor), SupervisionJsonContext.Default.SupervisorConfig));

    /// <summary>Starts the supervisor detached; returns its exit status and what it said.</summary>
    public (int Status, string Error) TryStart()
    {
        using var starter = Process.Start(new ProcessStartInfo(Programs.Runtime)
        {
            ArgumentList = { "supervise", "--bundle", directory, "--detach" },
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        var error = starter.StandardError.ReadToEnd();
        starter.WaitForExit();
        return (starter.ExitCode, error);
    }

    public SupervisorState Start()
    {
        var (status, error) = TryStart();
        Assert.Equal((0, ""), (status, error));
        return State();
    }

    /// <summary>What the state file says.</summary>
    public SupervisorState State() => JsonSerializer.Deserialize(File.ReadAllBytes(Supervisor.StatePath), SupervisionJsonContext.Default.SupervisorState)!;

    public SupervisorState WaitForState(Func<SupervisorState, bool> condition)
    {
        Wait.Until(() => condition(State()), () => $"{JsonSerializer.Serialize(State(), SupervisionJsonContext.Default.SupervisorState)}\n{LastLines()}");
        return State();
    }

    public SupervisorClient Connect() => new(Supervisor.SocketPath);

    /// <summary>The log's lines, each after the letter of its stream: o, e or s.</summary>
    public string[] Lines() =>
        [.. new LogReader(Supervisor.LogDirectory).Read(LogPosition.Start, int.MaxValue).Select(record => $"{Letter(record.Entry.Stream)} {record.Entry.Text}")];

    public void WaitForLine(string line) => Wait.Until(() => Lines().Contains(line), () => $"no line '{line}' in\n{LastLines()}");

    /// <summary>For a failure's message.</summary>
    private string LastLines() => string.Join('\n', Lines().TakeLast(50));

    /// <summary>Whether the process has made this file in its <c>/home</c> and written to it.</summary>
    public bool HasWritten(string name) => File.Exists(InHome(name)) && new FileInfo(InHome(name)).Length > 0;

    public string Read(string name) => File.ReadAllText(InHome(name));

    /// <summary>Ends everything, whatever state it is in.</summary>
    public void Dispose()
    {
        if (File.Exists(Supervisor.StatePath) && State() is { Status: not (SupervisedStatus.Exited or SupervisedStatus.Failed) } state)
        {
            try
            {
                using var supervisor = Process.GetProcessById(state.SupervisorPid);
                if (supervisor.ProcessName == "paas-runtime") supervisor.Kill();
            }
            catch (ArgumentException)
            {
                // Killed by the test.
            }
        }

        Directory.Delete(directory, recursive: true);
    }

    private SupervisorConfig Config(RestartPolicy restart, int graceSeconds) => new(
        SupervisorConfig.CurrentVersion,
        Id,
        Path.Combine(directory, "runtime"),
        Path.Combine(directory, "s.sock"),
        Path.Combine(directory, "state.json"),
        Path.Combine(directory, "log"),
        new SandboxConfig(
            new RootfsMount([host.Rootfs], Path.Combine(directory, "upper"), Path.Combine(directory, "work"), IdMapped: true),
            new SandboxNetwork(host.Bridge, HostInterface, Address, 16, host.Gateway)),
        restart,
        "SIGTERM",
        graceSeconds,
        new Dictionary<string, string> { ["app"] = "hello" },
        $"{host.CgroupParent}/supervisors");

    private RuntimeConfig Container(string[] args, long? memory, bool terminals) => new()
    {
        OciVersion = "1.2.0",
        Root = new RootConfig { Path = "root" },
        Hostname = Id,
        Process = new ProcessConfig
        {
            Args = args,
            Cwd = "/",
            Env = ["PATH=/bin"],
            User = new UserConfig { Uid = 1000, Gid = 1000 },
            NoNewPrivileges = true,
        },
        Mounts =
        [
            new MountConfig { Destination = "/proc", Type = "proc", Source = "proc", Options = ["nosuid", "noexec", "nodev"] },
            new MountConfig { Destination = "/dev", Type = "tmpfs", Source = "tmpfs", Options = ["nosuid", "strictatime", "mode=755", "size=65536k"] },
            .. terminals ? [new MountConfig { Destination = "/dev/pts", Type = "devpts", Source = "devpts", Options = ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"] }] : Array.Empty<MountConfig>(),
        ],
        Linux = new LinuxConfig
        {
            Namespaces = [.. ((string[])["pid", "mount", "ipc", "uts", "user", "cgroup", "network"]).Select(type => new NamespaceConfig { Type = type })],
            UidMappings = [new IdMapping { ContainerID = 0, HostID = FirstHostId, Size = 65536 }],
            GidMappings = [new IdMapping { ContainerID = 0, HostID = FirstHostId, Size = 65536 }],
            CgroupsPath = $"{host.CgroupParent}/apps/{Id}",
            Resources = new ResourcesConfig { Memory = memory is null ? null : new MemoryLimits { Limit = memory, Swap = memory } },
        },
    };

    private string InHome(string name) => Path.Combine(directory, "upper", "home", name);

    private static char Letter(LogStream stream) => stream switch { LogStream.Stdout => 'o', LogStream.Stderr => 'e', _ => 's' };

    private void Write(string name, byte[] content) => File.WriteAllBytes(Path.Combine(directory, name), content);
}

internal static class Wait
{
    public static void Until(Func<bool> condition, Func<string> what)
    {
        for (var deadline = DateTime.UtcNow + Patience.OfSeconds(20); !condition(); Thread.Sleep(5))
        {
            if (DateTime.UtcNow > deadline) Assert.Fail($"waited too long: {what()}");
        }
    }
}
