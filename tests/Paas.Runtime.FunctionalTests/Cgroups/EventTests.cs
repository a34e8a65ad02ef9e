using System.Diagnostics;
using System.Text.Json.Nodes;
using Paas.Testing;
using Xunit;

namespace Paas.Runtime.FunctionalTests.Cgroups;

/// <summary><c>events</c> and <c>ps</c>: what a container uses, and who is in it.</summary>
public sealed class EventTests
{
    [RootFact]
    public void Statistics_are_printed_once()
    {
        using var container = new TestContainer()
            .Script("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; sleep 1000 & sleep 1000 & echo up; wait")
            .WithResources("""{"pids": {"limit": 50}, "memory": {"limit": 67108864}, "cpu": {"quota": 80000}}""");
        container.RunDetached().ShouldSucceed();
        TestContainer.Eventually(() => container.DetachedOutput.Contains("up"), "up");
        var text = RuntimeUnderTest.Run(container.Root, "events", "--stats", container.Id).ShouldSucceed().Output;
        Assert.StartsWith($$"""{"type":"stats","id":"{{container.Id}}","data":{"cpu":{"usage":{"total":""", text);
        var data = JsonNode.Parse(text)!["data"]!;
        Assert.True((ulong)data["cpu"]!["usage"]!["total"]! > 1_000_000, text);
        Assert.Equal((3, 50), ((int)data["pids"]!["current"]!, (int)data["pids"]!["limit"]!));
        var memory = data["memory"]!;
        Assert.Equal(67_108_864, (long)memory["usage"]!["limit"]!);
        Assert.InRange((long)memory["usage"]!["usage"]!, 1, 67_108_864);
        Assert.NotEmpty((JsonObject)memory["raw"]!);
        foreach (var name in (ReadOnlySpan<string>)["cpuset", "blkio", "hugetlb", "intel_rdt"]) Assert.NotNull(data[name]);
    }

    [RootFact]
    public void Statistics_come_at_intervals_until_the_container_ends()
    {
        using var container = new TestContainer().Script("sleep 1000");
        container.RunDetached().ShouldSucceed();
        using var events = RuntimeUnderTest.Start(container.Root, "events", "--interval", "100ms", container.Id);
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < 3; i++) Assert.StartsWith("""{"type":"stats",""", events.StandardOutput.ReadLine());
        Assert.InRange(clock.ElapsedMilliseconds, 250, 20_000);
        RuntimeUnderTest.Run(container.Root, "delete", "--force", container.Id).ShouldSucceed();
        Assert.True(events.WaitForExit(20_000));
        Assert.Equal(0, events.ExitCode);
    }

    [RootFact]
    public void A_kill_for_want_of_memory_is_told()
    {
        using var container = new TestContainer()
            .Script("sleep 2; while true; do dd if=/dev/zero of=/dev/shm/x bs=1M count=60; rm /dev/shm/x; sleep 1; done")
            .WithResources("""{"memory": {"limit": 33554432, "swap": 33554432}}""");
        // Enough room for the file, so that memory is what runs out.
        ((JsonArray)container.Mounts.Single(mount => (string)mount!["destination"]! == "/dev/shm")!["options"]!).Add("size=128m");
        container.RunDetached().ShouldSucceed();
        using var events = RuntimeUnderTest.Start(container.Root, "events", "--interval", "1h", container.Id);
        var line = events.StandardOutput.ReadLineAsync();
        Assert.True(line.Wait(20_000), "no event");
        Assert.Equal($$"""{"type":"oom","id":"{{container.Id}}"}""", line.Result);
        RuntimeUnderTest.Run(container.Root, "delete", "--force", container.Id).ShouldSucceed();
        events.StandardOutput.ReadToEnd();
        Assert.True(events.WaitForExit(20_000));
    }

    [RootFact]
    public void There_are_no_events_of_a_stopped_container_and_no_interval_of_nothing()
    {
        using var container = new TestContainer().Script("sleep 1000");
        container.RunDetached().ShouldSucceed();
        Assert.NotEqual(0, RuntimeUnderTest.Run(container.Root, "events", "--interval", "0", container.Id).ExitCode);
        Assert.NotEqual(0, RuntimeUnderTest.Run(container.Root, "events", "--interval", "soon", container.Id).ExitCode);
        container.Verb("kill", "KILL").ShouldSucceed();
        TestContainer.Eventually(() => container.Status == "stopped", "stopped");
        Assert.NotEqual(0, RuntimeUnderTest.Run(container.Root, "events", "--stats", container.Id).ExitCode);
    }

    [RootFact]
    public void Processes_are_listed_as_the_host_s_ps_does()
    {
        using var container = new TestContainer().Script("sleep 1234 & sleep 1235 & echo up; wait");
        container.RunDetached().ShouldSucceed();
        TestContainer.Eventually(() => container.DetachedOutput.Contains("up"), "up");
        TestContainer.Eventually(() => Pids(container).Count == 3, "three processes");
        Assert.Contains(container.Pid, Pids(container));
        var table = container.Verb("ps").ShouldSucceed().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Matches("^UID +PID +PPID +C +STIME +TTY +TIME +CMD", table[0]);
        Assert.Equal(4, table.Length);
        Assert.Contains(table, line => line.EndsWith("sleep 1234"));
        Assert.Matches("^ *PID +TTY +STAT +TIME +COMMAND", container.Verb("ps", "-e", "-x").ShouldSucceed().Output);
        Assert.NotEqual(0, container.Verb("ps", "-o", "comm").ExitCode);
    }

    private static IReadOnlyList<int> Pids(TestContainer container)
    {
        var outcome = RuntimeUnderTest.Run(container.Root, "ps", "--format", "json", container.Id).ShouldSucceed();
        return [.. ((JsonArray)JsonNode.Parse(outcome.Output)!).Select(pid => (int)pid!)];
    }
}
