using System.Text.Json.Nodes;
using Xunit;

namespace Paas.Runtime.FunctionalTests.Security;

/// <summary>
/// A working directory that a container makes a link of its own choice: with the host's processes in sight it leads to the host's root by
/// the files of one of them, which whoever enters the container may follow and the container may not.
/// </summary>
public sealed class WorkingDirectoryTests
{
    [OlderRuntimesFailFact("runc 1.1 looks at the directory of the first process only, crun 1.8 at none")]
    public void It_is_never_the_hosts()
    {
        using var container = new TestContainer();
        var trap = new HostTrap(container);
        container.Script($"mkdir -p /work; mv /work /elsewhere; ln -s /proc/{Environment.ProcessId}/root /work; echo ready; exec sleep 1000");
        var namespaces = (JsonArray)container.Linux["namespaces"]!;
        namespaces.Remove(namespaces.Single(item => (string)item!["type"]! == "pid"));
        container.RunDetached().ShouldSucceed();
        TestContainer.Eventually(() => container.DetachedOutput == "ready\n", "the link is there");
        var outcome = RuntimeUnderTest.Run(container.Root, "exec", "--cwd", "/work", container.Id, "/bin/sh", "-c", $"cat .{trap.Path}/passwd; echo no > .{trap.Path}/new");
        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Contains("outside of container mount namespace root", outcome.Error);
        trap.AssertUntouched(outcome);
    }

    [RootFact]
    public void A_link_within_the_container_is_as_good_as_a_directory()
    {
        using var container = new TestContainer().Script("mkdir -p /a/b; ln -s /a/b /work; echo ready; exec sleep 1000");
        container.RunDetached().ShouldSucceed();
        TestContainer.Eventually(() => container.DetachedOutput == "ready\n", "the link is there");
        Assert.Equal("/a/b\n", RuntimeUnderTest.Run(container.Root, "exec", "--cwd", "/work", container.Id, "/bin/pwd", "-P").ShouldSucceed().Output);
    }
}
