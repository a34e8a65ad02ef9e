using System.Text.Json.Nodes;
using Paas.Runtime.ClientTests.Host;
using Paas.Testing;

namespace Paas.Runtime.ClientTests.Podman;

/// <summary>A container's life under Podman, and pods.</summary>
[Collection(PodmanCollection.Name)]
public sealed class PodmanLifecycleTests(PodmanEngine engine)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);
    private static readonly string[] NoNetwork = ["--network", "none"];

    [EngineFact("podman", "script")]
    public async Task Exec()
    {
        var name = await engine.StartAsync(NoNetwork, "sleep", "1000");
        var result = await engine.PodmanAsync("exec", "--user", "alice", "--workdir", "/tmp", "--env", "A=b", name, "sh", "-c", "id -u; pwd; echo $A; exit 9");
        Assert.Equal((9, "1000\n/tmp\nb\n"), (result.ExitCode, result.Stdout));

        var missing = await engine.PodmanAsync("exec", name, "nosuch");
        Assert.Contains("""exec: "nosuch": executable file not found in $PATH: OCI runtime attempted to invoke a command that was not found""", missing.Stderr, StringComparison.Ordinal);
        Assert.Equal(127, missing.ExitCode);
        Assert.Equal(126, (await engine.PodmanAsync("exec", name, "/etc/passwd")).ExitCode);

        await using var terminal = engine.Host.OpenTerminal(40, 120, "podman", "exec", "-it", name, "sh");
        await terminal.ExpectAsync("/ #");
        await terminal.CommandAsync($"tty; {TerminalSession.ShowSize}");
        await terminal.TypeAsync("exit 4\n");
        Assert.Equal(4, (await terminal.EndAsync()).ExitCode);
        Assert.Matches(@"/dev/pts/\d+\n40 120\n", terminal.Shown);
        await engine.RemoveAsync(name);
    }

    [EngineFact("podman")]
    public async Task Stop_kill_and_restart()
    {
        var name = await engine.StartAsync(NoNetwork, "sh", "-c", "trap 'echo hup' HUP; trap 'echo bye; exit 5' TERM; echo up; while :; do sleep 0.1; done");
        await LogsAsync("up\n");
        (await engine.PodmanAsync("kill", "--signal", "HUP", name)).Succeeded();
        await LogsAsync("up\nhup\n");
        (await engine.PodmanAsync("stop", name)).Succeeded();
        Assert.Equal("exited 5", await engine.InspectAsync(name, "{{.State.Status}} {{.State.ExitCode}}"));
        (await engine.PodmanAsync("start", name)).Succeeded();
        await LogsAsync("up\nhup\nbye\nup\n");
        (await engine.PodmanAsync("restart", "--time", "0", name)).Succeeded();
        Assert.Equal("running", await engine.InspectAsync(name, "{{.State.Status}}"));
        (await engine.PodmanAsync("kill", name)).Succeeded();
        Assert.Equal("137\n", (await engine.PodmanAsync("wait", name)).Succeeded().Stdout);
        await engine.RemoveAsync(name);

        Task LogsAsync(string expected) =>
            Eventually.TrueAsync($"it writes {expected}", Soon, async () => (await engine.PodmanAsync("logs", name)).Succeeded().Stdout == expected);
    }

    [EngineFact("podman")]
    public async Task Pause_and_unpause()
    {
        var name = await engine.StartAsync(NoNetwork, "sh", "-c", "while :; do echo >>/run/ticks; sleep 0.05; done");
        (await engine.PodmanAsync("pause", name)).Succeeded();
        Assert.Equal("paused", await engine.InspectAsync(name, "{{.State.Status}}"));
        var pid = await engine.PidAsync(name);
        if (!EngineHost.HasUnifiedCgroups) Assert.Equal("FROZEN", await engine.Host.LimitAsync(pid, "freezer", "freezer.state", ""));
        (await engine.PodmanAsync("unpause", name)).Succeeded();
        Assert.Equal("running", await engine.InspectAsync(name, "{{.State.Status}}"));
        (await engine.PodmanAsync("exec", name, "sh", "-c", "n=$(wc -l </run/ticks); while [ $(wc -l </run/ticks) -le $n ]; do sleep 0.1; done")).Succeeded();
        await engine.RemoveAsync(name);
    }

    [EngineFact("podman")]
    public async Task Update_stats_and_top()
    {
        var name = await engine.StartAsync([.. NoNetwork, "--memory", "256m"], "sleep", "1000");
        (await engine.PodmanAsync("update", "--memory", "64m", "--memory-swap", "128m", "--cpus", "0.5", name)).Succeeded();
        var pid = await engine.PidAsync(name);
        Assert.Equal("67108864", await engine.Host.LimitAsync(pid, "memory", "memory.limit_in_bytes", "memory.max"));
        Assert.StartsWith("50000", await engine.Host.LimitAsync(pid, "cpu", "cpu.cfs_quota_us", "cpu.max"), StringComparison.Ordinal);

        var stats = JsonNode.Parse((await engine.PodmanAsync("stats", "--no-stream", "--format", "json", name)).Succeeded().Stdout)![0]!;
        Assert.Matches(@"^[1-9][0-9.]*[kM]B / [1-9]", (string)stats["mem_usage"]!);
        Assert.Equal("1", (string)stats["pids"]!);
        Assert.Matches("sleep 1000", (await engine.PodmanAsync("top", name, "pid", "args")).Succeeded().Stdout);
        await engine.RemoveAsync(name);
    }

    [EngineFact("podman")]
    public async Task A_health_check()
    {
        var name = await engine.StartAsync([.. NoNetwork, "--health-cmd", "test -f /tmp/healthy", "--health-interval", "disable", "--health-retries", "1"], "sleep", "1000");
        Assert.Equal(1, (await engine.PodmanAsync("healthcheck", "run", name)).ExitCode);
        (await engine.PodmanAsync("exec", name, "touch", "/tmp/healthy")).Succeeded();
        (await engine.PodmanAsync("healthcheck", "run", name)).Succeeded();
        Assert.Equal("healthy", await engine.InspectAsync(name, "{{.State.Healthcheck.Status}}"));
        await engine.RemoveAsync(name);
    }

    [EngineFact("podman")]
    public async Task Out_of_memory()
    {
        var result = await engine.RunAsync([.. NoNetwork, "--memory", "16m"], "sh", "-c", "tail /dev/zero; echo $?");
        Assert.Equal("137\n", result.Succeeded().Stdout);
    }

    [EngineFact("podman")]
    public async Task A_pod_shares_its_namespaces()
    {
        (await engine.PodmanAsync("pod", "create", "--name", "pod", "--network", "none", "--infra-image", BusyboxImage.Name, "--infra-command", "/bin/pause")).Succeeded();
        (await engine.PodmanAsync("run", "--detach", "--pod", "pod", BusyboxImage.Name, "nc", "-l", "-p", "80", "-e", "echo", "served")).Succeeded();
        Assert.Equal("served\n", (await engine.PodmanAsync("run", "--rm", "--pod", "pod", BusyboxImage.Name, "nc", "127.0.0.1", "80")).Succeeded().Stdout);
        Assert.Equal("pod\n", (await engine.PodmanAsync("run", "--rm", "--pod", "pod", BusyboxImage.Name, "hostname")).Succeeded().Stdout);
        (await engine.PodmanAsync("pod", "rm", "--force", "--time", "0", "pod")).Succeeded();
    }

    [EngineFact("podman")]
    public async Task A_build()
    {
        using var context = new TemporaryDirectory();
        await File.WriteAllTextAsync(context.Combine("Dockerfile"), $"""
            FROM {BusyboxImage.Name}
            RUN echo built >/built && id -u >>/built
            USER alice
            CMD ["cat", "/built"]
            """);
        (await engine.PodmanAsync("build", "--network", "none", "--tag", "localhost/built", context.Path)).Succeeded();
        Assert.Equal("built\n0\n", (await engine.PodmanAsync("run", "--rm", "--network", "none", "localhost/built")).Succeeded().Stdout);
    }

    [EngineFact("podman")]
    public async Task Nothing_is_left_of_a_removed_container()
    {
        var name = await engine.StartAsync(NoNetwork, "sleep", "1000");
        var id = await engine.InspectAsync(name, "{{.Id}}");
        Assert.NotEmpty(await LeftAsync());
        await engine.RemoveAsync(name);
        Assert.Empty(await LeftAsync());

        async Task<string> LeftAsync() => (await engine.Host.RunAsync("find", "/sys/fs/cgroup", "/run", "-name", $"*{id}*")).Stdout;
    }
}
