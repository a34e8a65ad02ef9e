using System.Text.Json.Nodes;
using Paas.Testing;
using Xunit;

namespace Paas.Runtime.FunctionalTests;

/// <summary>Verbs on a container that another runtime is still making, and one that is made without a process (runtime.md, Create, Start).</summary>
public sealed class CreationTests
{
    [OwnRootFact]
    public void A_start_waits_for_a_container_that_is_still_being_made()
    {
        using var container = new TestContainer().Script("echo started");
        var create = Begin(container, "sleep 1");
        container.Verb("start").ShouldSucceed();
        create.Result.ShouldSucceed();
        TestContainer.Eventually(() => container.DetachedOutput == "started\n", "the program runs");
    }

    [OwnRootFact]
    public void A_start_of_a_container_that_was_never_made_says_so()
    {
        using var container = new TestContainer();
        var create = Begin(container, "sleep 1; exit 1");
        Assert.Contains("container does not exist", container.Verb("start").Error, StringComparison.Ordinal);
        Assert.NotEqual(0, create.Result.ExitCode);
    }

    [OwnRootTheory]
    [InlineData("sleep 1")]
    [InlineData("sleep 1; exit 1")]
    public void Deleted_by_force_while_it_is_being_made_it_is_gone_afterwards(string hook)
    {
        using var container = new TestContainer().Script("sleep 1000");
        var create = Begin(container, hook);
        container.Verb("delete", "--force").ShouldSucceed();
        _ = create.Result;
        Assert.False(Directory.Exists(Path.Combine(container.Root, container.Id)));
        Assert.Empty(container.Cgroups());
        Assert.Empty(container.HostMounts());
    }

    [OwnRootFact]
    public void Without_a_process_it_is_made_but_not_started()
    {
        using var container = new TestContainer();
        container.Config.Remove("process");
        container.Create().ShouldSucceed();
        Assert.Equal("created", container.Status);
        var outcome = container.Verb("start");
        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Contains("has no process", outcome.Error, StringComparison.Ordinal);
        Assert.Equal("created", container.Status);
        Assert.Equal("test-host\n", container.Verb("exec", "/bin/hostname").ShouldSucceed().Output);
        container.Verb("kill", "TERM").ShouldSucceed();
        TestContainer.Eventually(() => container.Status == "stopped", "stopped");
        container.Verb("delete").ShouldSucceed();
        Assert.Empty(container.Cgroups());
    }

    [OwnRootFact]
    public void Without_a_process_it_is_not_run()
    {
        using var container = new TestContainer();
        container.Config.Remove("process");
        var outcome = container.Run();
        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Contains("config.json has no process", outcome.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(container.Root, container.Id)));
    }

    // Returns once the container can be seen, with its hook still running.
    private static Task<Outcome> Begin(TestContainer container, string hook)
    {
        container.Config["hooks"] = new JsonObject
        {
            ["createRuntime"] = new JsonArray(new JsonObject { ["path"] = "/bin/sh", ["args"] = new JsonArray("sh", "-c", hook) }),
        };
        var create = Task.Run(() => container.Create());
        TestContainer.Eventually(() => container.Verb("state").ExitCode == 0, "the container can be seen");
        Assert.Equal("creating", container.Status);
        return create;
    }
}
