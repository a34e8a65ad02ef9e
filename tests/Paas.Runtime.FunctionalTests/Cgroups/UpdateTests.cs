using Paas.Testing;
using Xunit;

namespace Paas.Runtime.FunctionalTests.Cgroups;

/// <summary><c>update</c>: limits change while the container runs.</summary>
[Trait("Machine", "Always")]
public sealed class UpdateTests
{
    [RootFact]
    public void Options_change_what_they_name_and_nothing_else()
    {
        using var container = Running("""
            {"memory": {"limit": 33554432, "reservation": 25165824}, "cpu": {"quota": 500000, "period": 1000000}, "pids": {"limit": 20}}
            """);
        container.Update("--memory", "50M").ShouldSucceed();
        Assert.Equal("52428800", Memory(container));
        container.Update("--memory-reservation", "33554432").ShouldSucceed();
        Assert.Equal("33554432", container.Limit("memory.low", "memory.soft_limit_in_bytes"));
        container.Update("--pids-limit", "10").ShouldSucceed();
        Assert.Equal("10", Pids(container));
        container.Update("--pids-limit", "-1").ShouldSucceed();
        Assert.Equal("max", Pids(container));
        Assert.Equal(("500000", "1000000"), Bandwidth(container));
        Assert.Equal("52428800", Memory(container));
    }

    [RootFact]
    public void Quota_and_period_change_each_without_the_other()
    {
        using var container = Running("""{"cpu": {"quota": 500000, "period": 1000000}}""");
        container.Update("--cpu-period", "900000").ShouldSucceed();
        Assert.Equal(("500000", "900000"), Bandwidth(container));
        container.Update("--cpu-quota", "600000").ShouldSucceed();
        Assert.Equal(("600000", "900000"), Bandwidth(container));
        container.Update("--cpu-quota", "-1").ShouldSucceed();
        Assert.Equal(("-1", "900000"), Bandwidth(container));
        container.Update("--cpu-period", "10000", "--cpu-quota", "3000").ShouldSucceed();
        Assert.Equal(("3000", "10000"), Bandwidth(container));
    }

    [RootFact]
    public void A_period_or_a_quota_alone_is_enough()
    {
        using var first = Running("""{"cpu": {}}""");
        first.Update("--cpu-period", "50000").ShouldSucceed();
        Assert.Equal(("-1", "50000"), Bandwidth(first));
        using var second = Running("""{"cpu": {}}""");
        second.Update("--cpu-quota", "30000").ShouldSucceed();
        Assert.Equal(("30000", "100000"), Bandwidth(second));
    }

    // The kernel wants memory never above memory and swap: growing needs the one first, shrinking the other.
    [RootFact]
    public void Memory_and_swap_grow_and_shrink_together()
    {
        using var container = Running("""{"memory": {"limit": 33554432}}""");
        if (!File.Exists($"{container.GroupDirectory("memory")}/{(GroupFiles.IsUnified ? "memory.swap.max" : "memory.memsw.limit_in_bytes")}")) return;
        foreach (var (memory, swap) in (ReadOnlySpan<(int, int)>)[(30, 50), (60, 80), (20, 30), (30, 30)])
        {
            container.Update("--memory", $"{memory}M", "--memory-swap", $"{swap}M").ShouldSucceed();
            Assert.Equal($"{(long)memory << 20}", Memory(container));
            Assert.Equal($"{(GroupFiles.IsUnified ? (long)swap - memory : swap) << 20}", Swap(container));
        }

        container.Update("--memory", "-1").ShouldSucceed();
        Assert.True(Memory(container) is "max" or "9223372036854771712", Memory(container));
        Assert.True(Swap(container) is "max" or "9223372036854771712", Swap(container));
    }

    [RootFact]
    public void Options_may_stand_behind_the_id()
    {
        using var container = Running("{}");
        container.Verb("update", "--memory", "67108864", "--cpu-share", "200").ShouldSucceed();
        Assert.Equal("67108864", Memory(container));
        if (!GroupFiles.IsUnified) Assert.Equal("200", container.Limit("", "cpu.shares"));
        else if (RuntimeUnderTest.IsOurs) Assert.Equal("29", container.Limit("cpu.weight", ""));
    }

    [RootFact]
    public void A_file_has_the_limits()
    {
        using var container = Running("""{"memory": {"limit": 33554432}}""");
        var file = container.Path("resources.json");
        File.WriteAllText(file, """{"memory": {"limit": 67108864}, "pids": {"limit": 12}, "cpu": {"quota": 40000}}""");
        container.Update("--resources", file).ShouldSucceed();
        Assert.Equal(("67108864", "12", ("40000", "100000")), (Memory(container), Pids(container), Bandwidth(container)));
        RuntimeUnderTest.Execute(
            "/bin/sh", "-c",
            $$$"""echo '{"pids": {"limit": 34}}' | '{{{RuntimeUnderTest.Program}}}' --root '{{{container.Root}}}' update -r - {{{container.Id}}}""").ShouldSucceed();
        Assert.Equal("34", Pids(container));
    }

    [RootFact]
    public void Processors_can_be_given_to_a_container_that_had_all()
    {
        if (!GroupFiles.Has("cpuset")) return;
        using var container = Running("{}");
        container.Update("--cpuset-cpus", "0").ShouldSucceed();
        Assert.Equal("0", container.Limit("cpuset.cpus", "cpuset.cpus"));
        Assert.Contains("Cpus_allowed_list:\t0\n", File.ReadAllText($"/proc/{container.Pid}/status"));
        // Processes that come later too.
        Assert.Contains("Cpus_allowed_list:\t0\n", container.Verb("exec", "/bin/cat", "/proc/self/status").ShouldSucceed().Output);
        RuntimeUnderTest.Run(container.Root, "delete", "--force", container.Id).ShouldSucceed();
        Assert.Empty(container.Cgroups());
    }

    [RootFact]
    public void What_makes_no_sense_is_refused_and_changes_nothing()
    {
        using var container = Running("""{"memory": {"limit": 33554432}}""");
        foreach (var option in (ReadOnlySpan<string>)["--memory=x", "--memory=10q", "--cpu-quota=lots", "--cpu-period=-1", "--no-such-option=1"])
        {
            Assert.NotEqual(0, container.Update(option).ExitCode);
        }

        Assert.NotEqual(0, container.Update("--resources", "/does/not/exist").ExitCode);
        Assert.Equal("33554432", Memory(container));
    }

    [RootFact]
    public void A_limit_takes_effect()
    {
        using var container = new TestContainer().Script("while true; do sleep 0.1 & wait; done");
        container.RunDetached().ShouldSucceed();
        container.Update("--pids-limit", "1").ShouldSucceed();
        TestContainer.Eventually(() => container.DetachedOutput.Contains("fork"), "it cannot fork any more");
    }

    [OwnRootFact]
    public void A_limit_below_the_use_is_refused_where_that_is_asked_for()
    {
        if (!GroupFiles.IsUnified) return;
        using var container = Running("{}");
        var file = container.Path("resources.json");
        File.WriteAllText(file, """{"memory": {"limit": 1024, "checkBeforeUpdate": true}}""");
        var outcome = container.Update("--resources", file);
        Assert.Contains("rejecting memory limit", outcome.Error);
        Assert.Equal("running", container.Status);
    }

    [OwnRootFact]
    public void A_limit_that_is_refused_is_not_told_to_systemd()
    {
        if (!GroupFiles.IsUnified || !Directory.Exists("/run/systemd/system")) return;
        using var container = new TestContainer().Script("sleep 1000");
        container.Linux["cgroupsPath"] = $"system.slice:test:{container.Id}";
        container.WriteConfig();
        RuntimeUnderTest.Execute(
            "/bin/sh", "-c",
            $"'{RuntimeUnderTest.Program}' --root '{container.Root}' --systemd-cgroup run --detach --bundle '{container.Bundle}' {container.Id} > /dev/null 2>&1 < /dev/null").ShouldSucceed();
        var file = container.Path("resources.json");
        File.WriteAllText(file, """{"memory": {"limit": 1024, "checkBeforeUpdate": true}}""");
        Assert.Contains("rejecting memory limit", container.Update("--resources", file).Error);
        File.WriteAllText(file, """{"memory": {"limit": 4096, "swap": 1024}}""");
        Assert.Contains("memory+swap limit should be >= memory limit", container.Update("--resources", file).Error);
        Assert.Equal("running", container.Status);
    }

    [RootFact]
    public void A_container_that_has_ended_is_not_updated()
    {
        using var container = new TestContainer();
        container.RunDetached().ShouldSucceed();
        TestContainer.Eventually(() => container.Status == "stopped", "stopped");
        Assert.NotEqual(0, container.Update("--pids-limit", "5").ExitCode);
    }

    private static TestContainer Running(string resources)
    {
        var container = new TestContainer().Script("sleep 1000").WithResources(resources);
        container.RunDetached().ShouldSucceed();
        return container;
    }

    private static string Memory(TestContainer container) => container.Limit("memory.max", "memory.limit_in_bytes");

    private static string Swap(TestContainer container) => container.Limit("memory.swap.max", "memory.memsw.limit_in_bytes");

    private static string Pids(TestContainer container) => container.Limit("pids.max", "pids.max");

    // As v1 writes them: -1 for no quota.
    private static (string Quota, string Period) Bandwidth(TestContainer container)
    {
        if (!GroupFiles.IsUnified) return (container.Limit("", "cpu.cfs_quota_us"), container.Limit("", "cpu.cfs_period_us"));
        var words = container.Limit("cpu.max", "").Split(' ');
        return (words[0] == "max" ? "-1" : words[0], words[1]);
    }
}
