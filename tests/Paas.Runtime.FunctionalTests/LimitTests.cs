using System.Text.Json.Nodes;
using Paas.Testing;
using Xunit;

namespace Paas.Runtime.FunctionalTests;

/// <summary>Control groups: limits hold, and everything in them can be killed.</summary>
[Trait("Machine", "Always")]
public sealed class LimitTests
{
    [RootFact]
    public void A_memory_hog_is_killed()
    {
        using var container = new TestContainer().Script("echo start; dd if=/dev/zero of=/dev/shm/x bs=1M count=60; echo survived");
        container.Linux["resources"] = JsonNode.Parse("""{"memory": {"limit": 33554432}}""");
        var outcome = container.Run();
        Assert.StartsWith("start\n", outcome.Output);
        // Shared memory counts; dd is killed, or the whole script.
        Assert.True(outcome.ExitCode != 0 || !outcome.Error.Contains("records out"), outcome.Output + outcome.Error);
        Assert.Empty(container.Cgroups());
    }

    [RootFact]
    public void A_fork_bomb_meets_its_limit_and_can_be_killed()
    {
        using var container = new TestContainer().Script("bomb() { bomb & bomb & wait; }; echo lit; bomb");
        container.Linux["resources"] = JsonNode.Parse("""{"pids": {"limit": 64}}""");
        container.RunDetached().ShouldSucceed();
        TestContainer.Eventually(() => container.DetachedOutput.Contains("fork"), "the limit is met");
        RuntimeUnderTest.Run(container.Root, "delete", "--force", container.Id).ShouldSucceed();
        Assert.Empty(container.Cgroups());
    }

    [RootFact]
    public void Limits_are_written_where_the_kernel_reads_them()
    {
        using var container = new TestContainer().Script("sleep 1000");
        container.Linux["resources"] = JsonNode.Parse("""
            {"memory": {"limit": 67108864}, "pids": {"limit": 33}, "cpu": {"shares": 512, "quota": 50000, "period": 100000}}
            """);
        container.RunDetached().ShouldSucceed();
        var unified = File.Exists("/sys/fs/cgroup/cgroup.controllers");
        Assert.Equal("67108864", Read(unified ? "memory.max" : "memory/*/memory.limit_in_bytes"));
        Assert.Equal("33", Read(unified ? "pids.max" : "pids/*/pids.max"));
        Assert.Equal(unified ? "50000 100000" : "50000", Read(unified ? "cpu.max" : "cpu/*/cpu.cfs_quota_us"));
        if (!unified) Assert.Equal("512", Read("cpu/*/cpu.shares"));

        string Read(string file)
        {
            var path = file.Contains('*') ? file.Replace("*", container.Id) : $"{container.Id}/{file}";
            return File.ReadAllText($"/sys/fs/cgroup/{path}").Trim();
        }
    }

    [RootFact]
    public void Device_rules_hold()
    {
        using var container = new TestContainer().Script("mknod /tmp/m b 7 99 && cat /tmp/m; echo $?; mknod /tmp/k c 1 11 && head -c 1 /tmp/k; echo $?; head -c 1 /dev/zero | wc -c");
        string[] capabilities = ["CAP_MKNOD", "CAP_DAC_OVERRIDE", "CAP_SYSLOG"];
        container.Process["capabilities"] = new JsonObject { ["bounding"] = Array(capabilities), ["effective"] = Array(capabilities), ["permitted"] = Array(capabilities) };
        container.Linux["resources"] = JsonNode.Parse("""{"devices": [{"allow": false, "access": "rwm"}]}""");
        var outcome = container.Run().ShouldSucceed();
        Assert.Equal("1\n1\n1\n", outcome.Output);
        Assert.Contains("Operation not permitted", outcome.Error);
    }

    [RootFact]
    public void Killing_all_ends_every_process()
    {
        using var container = new TestContainer().Script("for i in 1 2 3; do sleep 1000 & done; echo up; sleep 1000");
        container.RunDetached().ShouldSucceed();
        TestContainer.Eventually(() => container.DetachedOutput.Contains("up"), "up");
        RuntimeUnderTest.Run(container.Root, "kill", "--all", container.Id, "KILL").ShouldSucceed();
        TestContainer.Eventually(() => container.Status == "stopped", "stopped");
        TestContainer.Eventually(() => container.Cgroups().All(group => File.ReadAllText(group + "/cgroup.procs").Length == 0), "group empty");
    }

    private static JsonArray Array(string[] values) => [.. values.Select(value => JsonValue.Create(value))];
}
