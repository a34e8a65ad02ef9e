using System.Text.Json.Nodes;
using Paas.Testing;
using Xunit;

namespace Paas.Runtime.FunctionalTests.Cgroups;

/// <summary><c>pause</c> and <c>resume</c>.</summary>
[Trait("Machine", "Always")]
public sealed class PauseTests
{
    // Counts for as long as it runs.
    private const string Counter = "i=0; while true; do i=$((i+1)); echo $i; sleep 0.02; done";

    [RootFact]
    public void A_paused_container_stands_still_until_it_is_resumed()
    {
        using var container = new TestContainer().Script(Counter);
        container.RunDetached().ShouldSucceed();
        TestContainer.Eventually(() => container.DetachedOutput.Length > 0, "it counts");
        container.Verb("pause").ShouldSucceed();
        Assert.Equal("paused", container.Status);
        var before = container.DetachedOutput;
        Thread.Sleep(300);
        Assert.Equal(before, container.DetachedOutput);
        var list = (JsonArray)JsonNode.Parse(RuntimeUnderTest.Run(container.Root, "list", "--format", "json").ShouldSucceed().Output)!;
        Assert.Equal("paused", (string)list[0]!["status"]!);
        container.Verb("resume").ShouldSucceed();
        Assert.Equal("running", container.Status);
        TestContainer.Eventually(() => container.DetachedOutput.Length > before.Length, "it goes on counting");
    }

    [RootFact]
    public void No_process_is_executed_in_a_paused_container()
    {
        using var container = new TestContainer().Script("sleep 1000");
        container.RunDetached().ShouldSucceed();
        container.Verb("pause").ShouldSucceed();
        var outcome = container.Verb("exec", "/bin/true");
        Assert.Equal(255, outcome.ExitCode);
        Assert.Contains("cannot exec in a paused container", outcome.Error);
    }

    [RootFact]
    public void A_process_that_does_not_mind_waits_for_the_resumption()
    {
        using var container = new TestContainer().Script("sleep 1000");
        container.RunDetached().ShouldSucceed();
        container.Verb("pause").ShouldSucceed();
        using var exec = RuntimeUnderTest.Start(container.Root, "exec", "--ignore-paused", container.Id, "/bin/echo", "ok");
        Assert.False(exec.WaitForExit(500));
        container.Verb("resume").ShouldSucceed();
        Assert.True(exec.WaitForExit(20_000));
        Assert.Equal((0, "ok\n"), (exec.ExitCode, exec.StandardOutput.ReadToEnd()));
    }

    [RootFact]
    public void A_paused_container_can_be_killed()
    {
        using var container = new TestContainer().Script(Counter);
        container.RunDetached().ShouldSucceed();
        container.Verb("pause").ShouldSucceed();
        container.Verb("kill", "KILL").ShouldSucceed();
        TestContainer.Eventually(() => container.Status == "stopped", "stopped");
        RuntimeUnderTest.Run(container.Root, "delete", container.Id).ShouldSucceed();
        Assert.Empty(container.Cgroups());
    }

    [RootFact]
    public void A_paused_container_can_be_deleted_by_force()
    {
        using var container = new TestContainer().Script("for i in 1 2 3; do sleep 1000 & done; wait");
        container.RunDetached().ShouldSucceed();
        container.Verb("pause").ShouldSucceed();
        RuntimeUnderTest.Run(container.Root, "delete", "--force", container.Id).ShouldSucceed();
        Assert.NotEqual(0, container.Verb("state").ExitCode);
        Assert.Empty(container.Cgroups());
    }

    [RootFact]
    public void Limits_of_a_paused_container_can_be_changed()
    {
        using var container = new TestContainer().Script("sleep 1000");
        container.RunDetached().ShouldSucceed();
        container.Verb("pause").ShouldSucceed();
        container.Update("--pids-limit", "30").ShouldSucceed();
        Assert.Equal("30", container.Limit("pids.max", "pids.max"));
        Assert.Equal("paused", container.Status);
    }

    [RootFact]
    public void Only_what_runs_is_paused_and_only_what_is_paused_resumed()
    {
        using var container = new TestContainer().Script("exit 0");
        Assert.NotEqual(0, container.Verb("pause").ExitCode);
        Assert.NotEqual(0, container.Verb("resume").ExitCode);
        container.RunDetached().ShouldSucceed();
        TestContainer.Eventually(() => container.Status == "stopped", "stopped");
        Assert.NotEqual(0, container.Verb("pause").ExitCode);
        Assert.NotEqual(0, container.Verb("resume").ExitCode);
    }
}
