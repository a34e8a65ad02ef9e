using System.Text.Json.Nodes;
using Paas.Testing;
using Xunit;

namespace Paas.Runtime.FunctionalTests;

/// <summary>Sentences of the specification that runtime-tools' validation programs check and no other test here is about.</summary>
public sealed class SpecificationTests
{
    // runtime.md, Create: changes to config.json after this step have no effect on the container.
    [RootFact]
    public void A_configuration_that_is_changed_after_the_creation_has_no_effect()
    {
        using var container = new TestContainer().Script("echo before > /word");
        container.Create().ShouldSucceed();
        container.Script("echo after > /word").WriteConfig();
        container.Verb("start").ShouldSucceed();
        TestContainer.Eventually(() => File.Exists(Path.Combine(container.Rootfs, "word")), "the program has run");
        TestContainer.Eventually(() => File.ReadAllText(Path.Combine(container.Rootfs, "word")).Length > 0, "the program has written");
        Assert.Equal("before\n", File.ReadAllText(Path.Combine(container.Rootfs, "word")));
    }

    // config.md, Extensibility and Annotations.
    [RootFact]
    public void Members_and_annotations_that_nobody_knows_are_passed_over()
    {
        using var container = new TestContainer().Script("echo ran");
        container.Config["unknown"] = "x";
        container.Linux["unknown"] = new JsonObject { ["a"] = 1 };
        container.Config["annotations"] = new JsonObject { ["org.example.unknown"] = "" };
        Assert.Equal("ran\n", container.Run().ShouldSucceed().Output);
    }

    // config.md, Valid values.
    [OwnRootFact]
    public void A_version_that_is_none_is_an_error()
    {
        using var container = new TestContainer();
        container.Config["ociVersion"] = "invalid";
        var outcome = container.Run();
        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Contains("invalid", outcome.Error, StringComparison.Ordinal);
    }

    // runtime.md, Kill: an error and no effect for a container that is neither created nor running.
    [RootFact]
    public void A_stopped_container_cannot_be_killed_and_stays_as_it_is()
    {
        using var container = new TestContainer().Script("true");
        container.Create().ShouldSucceed();
        container.Verb("start").ShouldSucceed();
        TestContainer.Eventually(() => container.Verb("state").Output.Contains("stopped", StringComparison.Ordinal), "stopped");
        Assert.NotEqual(0, container.Verb("kill", "KILL").ExitCode);
        Assert.Contains("stopped", container.Verb("state").ShouldSucceed().Output, StringComparison.Ordinal);
        container.Verb("delete").ShouldSucceed();
        Assert.NotEqual(0, container.Verb("delete").ExitCode);
    }
}
