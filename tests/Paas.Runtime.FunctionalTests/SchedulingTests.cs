using System.Text.Json.Nodes;
using Paas.Runtime.FunctionalTests.Cgroups;
using Paas.Testing;
using Xunit;

namespace Paas.Runtime.FunctionalTests;

/// <summary>How the kernel treats the process (config.md, <c>scheduler</c>, <c>ioPriority</c>, <c>execCPUAffinity</c>, <c>oomScoreAdj</c>; config-linux.md, <c>personality</c>).</summary>
public sealed class SchedulingTests
{
    [OwnRootFact]
    public void The_scheduler_is_the_one_asked_for()
    {
        using var container = Running(container => container.Process["scheduler"] = new JsonObject { ["policy"] = "SCHED_BATCH", ["nice"] = 7 });
        Assert.Contains("SCHED_BATCH", Host("chrt", "-p", $"{container.Pid}"));
        Assert.Equal("7", Host("ps", "-o", "ni=", "-p", $"{container.Pid}").Trim());
    }

    [OwnRootFact]
    public void Flags_are_set()
    {
        using var container = Running(container => container.Process["scheduler"] = new JsonObject
        {
            ["policy"] = "SCHED_OTHER", ["flags"] = new JsonArray("SCHED_FLAG_RESET_ON_FORK"),
        });
        Assert.Contains("SCHED_RESET_ON_FORK", Host("chrt", "-p", $"{container.Pid}"));
    }

    [OwnRootFact]
    public void Real_time_is_had_or_refused_as_the_kernel_will()
    {
        using var container = new TestContainer().Script("sleep 1000");
        container.Process["scheduler"] = new JsonObject { ["policy"] = "SCHED_FIFO", ["priority"] = 3 };
        var outcome = container.RunDetached();
        // On v1 a group has real time only as far as it is given some.
        if (File.Exists("/sys/fs/cgroup/cpu/cpu.rt_runtime_us"))
        {
            Assert.Equal(1, outcome.ExitCode);
            Assert.Contains("set scheduler SCHED_FIFO", outcome.Error);
            return;
        }

        outcome.ShouldSucceed();
        var shown = Host("chrt", "-p", $"{container.Pid}");
        Assert.Contains("SCHED_FIFO", shown);
        Assert.Contains("priority: 3", shown);
    }

    [OwnRootTheory]
    [InlineData("""{"policy": "SCHED_NO_SUCH"}""", "SCHED_NO_SUCH")]
    [InlineData("""{"policy": "SCHED_OTHER", "flags": ["SCHED_FLAG_NO_SUCH"]}""", "SCHED_FLAG_NO_SUCH")]
    public void An_unknown_scheduler_is_refused(string scheduler, string named)
    {
        using var container = new TestContainer();
        container.Process["scheduler"] = JsonNode.Parse(scheduler);
        var outcome = container.Run();
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains(named, outcome.Error);
    }

    [OwnRootFact]
    public void A_scheduler_that_no_bound_process_may_have_is_refused_with_the_reason()
    {
        // A machine with one processor has no other to be kept from.
        if (Environment.ProcessorCount < 2 || !GroupFiles.Has("cpuset")) return;
        using var container = new TestContainer();
        container.Process["scheduler"] = JsonNode.Parse("""{"policy": "SCHED_DEADLINE", "runtime": 42000, "deadline": 1000000, "period": 1000000}""");
        container.Linux["resources"] = new JsonObject { ["cpu"] = new JsonObject { ["cpus"] = "0" } };
        var outcome = container.Run();
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("process scheduler can't be used together with AllowedCPUs", outcome.Error);
    }

    // Older peers bind the container as their caller is bound.
    [OwnRootFact]
    public void Processors_are_those_of_the_group_not_the_callers()
    {
        const string Show = "grep Cpus_allowed_list: /proc/self/status | cut -f2";
        var own = Host("sh", "-c", Show).Trim();
        if (!own.Contains('-') && !own.Contains(',')) return;
        var first = own[..own.IndexOfAny(['-', ','])];
        using var container = new TestContainer().Script($"{Show}; sleep 1000");
        container.WriteConfig();
        var command = $"taskset --cpu-list {first} '{RuntimeUnderTest.Program}' --root '{container.Root}'";
        RuntimeUnderTest.Execute("sh", "-c", $"{command} run --detach --bundle '{container.Bundle}' {container.Id} > '{container.Path("output")}' 2>&1 < /dev/null").ShouldSucceed();
        TestContainer.Eventually(() => container.DetachedOutput.Length > 0, "it shows them");
        Assert.Equal(own, container.DetachedOutput.Trim());
        var exec = RuntimeUnderTest.Execute("sh", "-c", $"{command} exec {container.Id} sh -c '{Show}'");
        Assert.Equal(own, exec.ShouldSucceed().Output.Trim());
    }

    [OwnRootTheory]
    [InlineData("IOPRIO_CLASS_BE", 6, "best-effort: prio 6")]
    [InlineData("IOPRIO_CLASS_IDLE", 0, "idle")]
    [InlineData("IOPRIO_CLASS_RT", 2, "realtime: prio 2")]
    public void The_IO_priority_is_the_one_asked_for(string name, int priority, string shown)
    {
        using var container = Running(container => container.Process["ioPriority"] = new JsonObject { ["class"] = name, ["priority"] = priority });
        Assert.Equal(shown, Host("ionice", "-p", $"{container.Pid}").Trim());
    }

    [OwnRootFact]
    public void An_executed_process_runs_on_the_processors_asked_for()
    {
        using var container = Running(container => container.Process["execCPUAffinity"] = new JsonObject { ["initial"] = "0", ["final"] = "1" });
        var outcome = container.Verb("exec", "grep", "Cpus_allowed_list", "/proc/self/status");
        Assert.Equal("Cpus_allowed_list:\t1\n", outcome.ShouldSucceed().Output);
        Assert.NotEqual("1", File.ReadAllLines($"/proc/{container.Pid}/status").First(line => line.StartsWith("Cpus_allowed_list")).Split('\t')[1]);
    }

    [OwnRootFact]
    public void Processors_that_are_no_list_are_refused()
    {
        using var container = Running(container => container.Process["execCPUAffinity"] = new JsonObject { ["final"] = "1-x" });
        var outcome = container.Verb("exec", "true");
        Assert.Equal(255, outcome.ExitCode);
        Assert.Contains("1-x", outcome.Error);
    }

    [OwnRootFact]
    public void The_execution_domain_is_the_one_asked_for()
    {
        using var container = new TestContainer().Script("busybox uname -m");
        container.Linux["personality"] = new JsonObject { ["domain"] = "LINUX32" };
        Assert.Equal("i686\n", container.Run().ShouldSucceed().Output);
        container.Linux["personality"] = new JsonObject { ["domain"] = "LINUX" };
        Assert.Equal("x86_64\n", container.Run().ShouldSucceed().Output);
        container.Linux["personality"] = new JsonObject { ["domain"] = "SOLARIS" };
        Assert.Contains("SOLARIS", container.Run().Error);
    }

    [OwnRootFact]
    public void An_executed_process_has_the_containers_domain()
    {
        using var container = Running(container => container.Linux["personality"] = new JsonObject { ["domain"] = "LINUX32" });
        Assert.Equal("i686\n", container.Verb("exec", "busybox", "uname", "-m").ShouldSucceed().Output);
    }

    [RootFact]
    public void The_score_for_want_of_memory_is_the_one_asked_for()
    {
        using var container = new TestContainer().Script("cat /proc/self/oom_score_adj");
        container.Process["oomScoreAdj"] = 321;
        Assert.Equal("321\n", container.Run().ShouldSucceed().Output);
    }

    [OwnRootFact]
    public void A_score_that_may_not_be_lowered_stays()
    {
        using var container = new TestContainer().Script("cat /proc/self/oom_score_adj");
        container.Process["oomScoreAdj"] = -500;
        var score = int.Parse(container.Run().ShouldSucceed().Output);
        Assert.Contains(score, (int[])[-500, int.Parse(File.ReadAllText("/proc/self/oom_score_adj"))]);
    }

    private static TestContainer Running(Action<TestContainer> change)
    {
        var container = new TestContainer().Script("echo up; exec sleep 1000");
        change(container);
        container.RunDetached().ShouldSucceed();
        TestContainer.Eventually(() => container.DetachedOutput.Contains("up"), "up");
        return container;
    }

    private static string Host(string program, params string[] arguments) => RuntimeUnderTest.Execute(program, arguments).ShouldSucceed().Output;
}
