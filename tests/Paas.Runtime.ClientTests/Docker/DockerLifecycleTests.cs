using System.Diagnostics;
using System.Text.Json.Nodes;
using Paas.Testing;

namespace Paas.Runtime.ClientTests.Docker;

/// <summary>A container's life under dockerd: ended, killed, frozen, limited anew, watched, restarted.</summary>
[Collection(DockerCollection.Name)]
public sealed class DockerLifecycleTests(DockerEngine engine)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [EngineFact("dockerd")]
    public async Task Stop_asks_first()
    {
        var name = await engine.StartAsync([], "sh", "-c", "trap 'echo bye; exit 5' TERM; echo up; while :; do sleep 0.1; done");
        await LogsAsync(name, "up\n");
        (await engine.DockerAsync("stop", name)).Succeeded();
        Assert.Equal("5\n", (await engine.DockerAsync("wait", name)).Succeeded().Stdout);
        await LogsAsync(name, "up\nbye\n");
        Assert.Equal("exited", await engine.StatusAsync(name));
        await RemoveAsync(name);
    }

    [EngineFact("dockerd")]
    public async Task Stop_kills_in_the_end()
    {
        var name = await engine.StartAsync([], "sleep", "1000");
        var clock = Stopwatch.StartNew();
        (await engine.DockerAsync("stop", "--time", "1", name)).Succeeded();
        Assert.InRange(clock.Elapsed.TotalSeconds, 1, 9);
        Assert.Equal("exited 137", await engine.InspectAsync(name, "{{.State.Status}} {{.State.ExitCode}}"));
        await RemoveAsync(name);
    }

    [EngineFact("dockerd")]
    public async Task Kill_sends_any_signal()
    {
        var name = await engine.StartAsync([], "sh", "-c", "trap 'echo hup' HUP; echo up; while :; do sleep 0.1; done");
        await LogsAsync(name, "up\n");
        (await engine.DockerAsync("kill", "--signal", "HUP", name)).Succeeded();
        await LogsAsync(name, "up\nhup\n");
        (await engine.DockerAsync("kill", name)).Succeeded();
        await Eventually.TrueAsync("killed", Soon, async () => await engine.InspectAsync(name, "{{.State.Status}} {{.State.ExitCode}}") == "exited 137");
        await RemoveAsync(name);
    }

    [EngineFact("dockerd")]
    public async Task A_paused_container_stands_still()
    {
        var name = await engine.StartAsync([], "sh", "-c", "i=0; while :; do i=$((i+1)); echo $i; sleep 0.05; done");
        await Eventually.TrueAsync("it counts", Soon, async () => await LinesAsync() > 2);
        (await engine.DockerAsync("pause", name)).Succeeded();
        Assert.Equal("paused", await engine.StatusAsync(name));
        var frozen = await LinesAsync();
        await Task.Delay(300);
        Assert.Equal(frozen, await LinesAsync());
        (await engine.DockerAsync("unpause", name)).Succeeded();
        Assert.Equal("running", await engine.StatusAsync(name));
        await Eventually.TrueAsync("it counts on", Soon, async () => await LinesAsync() > frozen + 2);
        await RemoveAsync(name);

        async Task<int> LinesAsync() => (await engine.DockerAsync("logs", name)).Succeeded().Stdout.Count(character => character == '\n');
    }

    [EngineFact("dockerd")]
    public async Task A_paused_container_can_be_killed()
    {
        var name = await engine.StartAsync([], "sleep", "1000");
        (await engine.DockerAsync("pause", name)).Succeeded();
        (await engine.DockerAsync("rm", "--force", name)).Succeeded();
        Assert.NotEqual(0, (await engine.DockerAsync("inspect", name)).ExitCode);
    }

    [EngineFact("dockerd")]
    public async Task Update_changes_limits_of_a_running_container()
    {
        var name = await engine.StartAsync(["--memory", "256m", "--memory-swap", "512m"], "sleep", "1000");
        (await engine.DockerAsync("update", "--memory", "64m", "--memory-swap", "128m", "--cpus", "0.5", "--cpu-shares", "512", "--pids-limit", "50", name)).Succeeded();
        var pid = await engine.PidAsync(name);
        Assert.Equal("67108864", await engine.Host.LimitAsync(pid, "memory", "memory.limit_in_bytes", "memory.max"));
        Assert.Equal("50", await engine.Host.LimitAsync(pid, "pids", "pids.max", "pids.max"));
        Assert.StartsWith("50000", await engine.Host.LimitAsync(pid, "cpu", "cpu.cfs_quota_us", "cpu.max"), StringComparison.Ordinal);
        if (!ClientTests.Host.EngineHost.HasUnifiedCgroups)
        {
            Assert.Equal("134217728", await engine.Host.LimitAsync(pid, "memory", "memory.memsw.limit_in_bytes", ""));
            Assert.Equal("512", await engine.Host.LimitAsync(pid, "cpu", "cpu.shares", ""));
        }

        await RemoveAsync(name);
    }

    [EngineFact("dockerd")]
    public async Task Stats_and_top_show_what_runs()
    {
        var name = await engine.StartAsync(["--memory", "64m"], "sh", "-c", "sleep 1000 & while :; do :; done");
        var stats = JsonNode.Parse((await engine.DockerAsync("stats", "--no-stream", "--format", "{{json .}}", name)).Succeeded().Stdout)!;
        Assert.Matches(@"^[1-9][0-9.]*[KM]iB / 64MiB$", (string)stats["MemUsage"]!);
        Assert.Matches("^[1-9]", (string)stats["CPUPerc"]!);
        Assert.Equal("2", (string)stats["PIDs"]!);
        Assert.Matches(@"^[0-9.]+[kM]?B / [0-9.]+[kM]?B$", (string)stats["NetIO"]!);

        var top = (await engine.DockerAsync("top", name)).Succeeded().Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, top.Length);
        Assert.Contains(top, line => line.EndsWith("sleep 1000", StringComparison.Ordinal));
        await RemoveAsync(name);
    }

    [EngineFact("dockerd")]
    public async Task Out_of_memory_is_told()
    {
        var name = engine.NewName();
        Assert.Equal(137, (await engine.DockerAsync("run", "--name", name, "--memory", "16m", "busybox", "tail", "/dev/zero")).ExitCode);
        Assert.Equal("true 137", await engine.InspectAsync(name, "{{.State.OOMKilled}} {{.State.ExitCode}}"));
        await RemoveAsync(name);
    }

    [EngineFact("dockerd")]
    public async Task A_health_check_runs_in_the_container()
    {
        var name = await engine.StartAsync(["--health-cmd", "test -f /tmp/healthy", "--health-interval", "500ms", "--health-retries", "2"], "sleep", "1000");
        await Eventually.TrueAsync("unhealthy", Soon, async () => await HealthAsync() == "unhealthy");
        (await engine.DockerAsync("exec", name, "touch", "/tmp/healthy")).Succeeded();
        await Eventually.TrueAsync("healthy", Soon, async () => await HealthAsync() == "healthy");
        await RemoveAsync(name);

        Task<string> HealthAsync() => engine.InspectAsync(name, "{{.State.Health.Status}}");
    }

    [EngineFact("dockerd")]
    public async Task Restarted_by_hand_and_by_policy()
    {
        var name = await engine.StartAsync(["--restart", "on-failure:2"], "sh", "-c", "echo run; test -f /tmp/stay && sleep 1000; touch /tmp/stay; exit 1");
        await LogsAsync(name, "run\nrun\n");
        Assert.Equal("running 1", await engine.InspectAsync(name, "{{.State.Status}} {{.RestartCount}}"));
        (await engine.DockerAsync("restart", "--time", "0", name)).Succeeded();
        await LogsAsync(name, "run\nrun\nrun\n");
        await RemoveAsync(name);
    }

    [EngineFact("dockerd")]
    public async Task Files_are_copied_and_an_image_is_made_of_a_stopped_container()
    {
        var name = engine.NewName();
        (await engine.DockerAsync("run", "--name", name, "busybox", "sh", "-c", "echo made >/made")).Succeeded();
        Assert.Equal("A /made\n", (await engine.DockerAsync("diff", name)).Succeeded().Stdout);
        (await engine.DockerAsync("commit", name, "committed")).Succeeded();
        Assert.Equal("made\n", (await engine.DockerAsync("run", "--rm", "committed", "cat", "/made")).Succeeded().Stdout);
        await RemoveAsync(name);
    }

    [EngineFact("dockerd")]
    public async Task Nothing_is_left_of_a_removed_container()
    {
        var name = await engine.StartAsync([], "sleep", "1000");
        var id = await engine.InspectAsync(name, "{{.Id}}");
        Assert.NotEmpty(await LeftAsync());
        await RemoveAsync(name);
        Assert.Empty(await LeftAsync());

        async Task<string> LeftAsync() =>
            (await engine.Host.RunAsync("find", "/sys/fs/cgroup", "/run/docker/runtime-under-test", "/run/docker/containerd/daemon", "-name", id)).Stdout;
    }

    private async Task LogsAsync(string name, string expected)
    {
        await Eventually.TrueAsync($"it writes {expected}", Soon, async () => (await engine.DockerAsync("logs", name)).Succeeded().Stdout == expected);
    }

    private async Task RemoveAsync(string name) => (await engine.DockerAsync("rm", "--force", name)).Succeeded();
}
