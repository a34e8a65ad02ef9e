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
        var create = Begin(container, "true");
        MeanwhileGoOn(container, "start").ShouldSucceed();
        create.Result.ShouldSucceed();
        TestContainer.Eventually(() => container.DetachedOutput == "started\n", "the program runs");
    }

    [OwnRootFact]
    public void A_start_of_a_container_that_was_never_made_says_so()
    {
        using var container = new TestContainer();
        var create = Begin(container, "exit 1");
        Assert.Contains("container does not exist", MeanwhileGoOn(container, "start").Error, StringComparison.Ordinal);
        Assert.NotEqual(0, create.Result.ExitCode);
    }

    [OwnRootTheory]
    [InlineData("true")]
    [InlineData("exit 1")]
    public void Deleted_by_force_while_it_is_being_made_it_is_gone_afterwards(string hook)
    {
        using var container = new TestContainer().Script("sleep 1000");
        var create = Begin(container, hook);
        MeanwhileGoOn(container, "delete", "--force").ShouldSucceed();
        _ = create.Result;
        Assert.False(Directory.Exists(Path.Combine(container.Root, container.Id)));
        Assert.Empty(container.Cgroups());
        Assert.Empty(container.HostMounts());
    }

    // What can be read only once is kept for the verbs that follow.
    [OwnRootFact]
    public void A_configuration_can_come_through_a_pipe()
    {
        using var container = new TestContainer().Script("sleep 1000");
        container.WriteConfig();
        var document = Path.Combine(container.Bundle, "config.json");
        File.Move(document, container.Path("document"));
        var create = $"{RuntimeUnderTest.Program} --root {container.Root} create --bundle {container.Bundle} --config /dev/stdin {container.Id}";
        RuntimeUnderTest.Execute("/bin/sh", "-c", $"cat {container.Path("document")} | {create} > {container.Path("output")} 2>&1").ShouldSucceed();
        container.Verb("start").ShouldSucceed();
        Assert.Equal("test-host\n", container.Verb("exec", "/bin/hostname").ShouldSucceed().Output);
        Assert.Equal(File.ReadAllText(container.Path("document")), File.ReadAllText(Path.Combine(container.Root, container.Id, "config.json")));
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

    // Returns once the container can be seen, with its hook still waiting to go on.
    private static Task<Outcome> Begin(TestContainer container, string hook)
    {
        var script = $"until [ -e {Gate(container)} ]; do sleep 0.05; done; {hook}";
        container.Config["hooks"] = new JsonObject
        {
            ["createRuntime"] = new JsonArray(new JsonObject { ["path"] = "/bin/sh", ["args"] = new JsonArray("sh", "-c", script) }),
        };
        var create = Task.Run(() => container.Create());
        TestContainer.Eventually(() => container.Verb("state").ExitCode == 0, "the container can be seen");
        Assert.Equal("creating", container.Status);
        return create;
    }

    // The verb meets the container in the making; the hook goes on a while later.
    private static Outcome MeanwhileGoOn(TestContainer container, string verb, params string[] more)
    {
        var outcome = Task.Run(() => container.Verb(verb, more));
        Thread.Sleep(300);
        Assert.False(outcome.IsCompleted);
        File.WriteAllText(Gate(container), "");
        return outcome.Result;
    }

    private static string Gate(TestContainer container) => container.Path("gate");
}
