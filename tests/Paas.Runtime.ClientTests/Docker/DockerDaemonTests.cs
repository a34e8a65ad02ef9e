using Paas.Runtime.ClientTests.Host;
using Paas.Testing;

namespace Paas.Runtime.ClientTests.Docker;

/// <summary>A daemon that leaves containers running while it is away.</summary>
public sealed class LiveRestoringEngine : DockerEngine
{
    protected override string Settings => """, "live-restore": true""";
}

/// <summary>A daemon whose containers have a user namespace.</summary>
public sealed class RemappingEngine : DockerEngine
{
    public const int FirstId = 500_000;

    protected override string Settings => """, "userns-remap": "remapped" """;

    protected override async Task PrepareAsync()
    {
        await AppendAsync("/etc/passwd", "remapped:x:4999:4999::/:/bin/false\n");
        await AppendAsync("/etc/group", "remapped:x:4999:\n");
        foreach (var file in (string[])["/etc/subuid", "/etc/subgid"]) await AppendAsync(file, $"remapped:{FirstId}:65536\n");
    }

    private Task AppendAsync(string path, string line) => File.AppendAllTextAsync(Host.PathOf(path), line);
}

/// <summary>Containers outlive a killed daemon, and the next one takes them over.</summary>
public sealed class DockerLiveRestoreTests(LiveRestoringEngine engine) : IClassFixture<LiveRestoringEngine>
{
    [EngineFact("dockerd")]
    public async Task A_new_daemon_takes_running_containers_over()
    {
        var name = await engine.StartAsync([], "sh", "-c", "trap 'exit 6' TERM; while :; do sleep 0.1; done");
        var pid = await engine.PidAsync(name);
        await engine.KillDaemonAsync();
        (await engine.Host.RunAsync("kill", "-0", $"{pid}")).Succeeded();
        await engine.StartDaemonAsync();
        Assert.Equal("running", await engine.StatusAsync(name));
        Assert.Equal(pid, await engine.PidAsync(name));
        Assert.Equal("here\n", (await engine.DockerAsync("exec", name, "echo", "here")).Succeeded().Stdout);
        (await engine.DockerAsync("pause", name)).Succeeded();
        (await engine.DockerAsync("unpause", name)).Succeeded();
        (await engine.DockerAsync("stop", name)).Succeeded();
        Assert.Equal("exited 6", await engine.InspectAsync(name, "{{.State.Status}} {{.State.ExitCode}}"));
    }
}

/// <summary><c>--userns-remap</c></summary>
public sealed class DockerUserNamespaceTests(RemappingEngine engine) : IClassFixture<RemappingEngine>
{
    [EngineFact("dockerd")]
    public async Task Root_of_a_container_is_nobody_on_the_host()
    {
        var name = await engine.StartAsync(["--volume", "data:/data", "--memory", "64m"], "sh", "-c", "id -u; cat /proc/self/uid_map; touch /data/file; exec sleep 1000");
        await Eventually.TrueAsync("it runs", TimeSpan.FromSeconds(20), async () =>
            (await engine.DockerAsync("logs", name)).Succeeded().Stdout.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is ["0", "0", "500000", "65536"]);
        var pid = await engine.PidAsync(name);
        Assert.Equal($"{RemappingEngine.FirstId}\n", (await engine.Host.RunAsync("stat", "--format", "%u", $"/proc/{pid}")).Succeeded().Stdout);
        Assert.Equal("0\n", (await engine.DockerAsync("exec", name, "id", "-u")).Succeeded().Stdout);
        Assert.Equal("1000\n", (await engine.DockerAsync("exec", "--user", "alice", name, "id", "-u")).Succeeded().Stdout);
        (await engine.DockerAsync("rm", "--force", name)).Succeeded();
    }

    [EngineFact("dockerd", "script")]
    public async Task A_terminal_belongs_to_the_containers_user()
    {
        await using var terminal = engine.Host.OpenTerminal(30, 90, "/usr/bin/docker", "run", "--rm", "-it", "--user", "alice", "busybox", "sh", "-c", $"stat -c %u $(tty); {TerminalSession.ShowSize}; echo x >$(tty)");
        var (code, shown) = await terminal.EndAsync();
        Assert.Equal((0, "1000\n30 90\nx\n"), (code, shown.Trim('\0')));
    }

    [EngineFact("dockerd")]
    public async Task A_container_may_have_the_hosts_user_namespace()
    {
        var result = await engine.RunAsync(["--userns", "host"], "cat", "/proc/self/uid_map");
        Assert.Equal(["0", "0", "4294967295"], result.Succeeded().Stdout.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }
}
