using Paas.Testing;
using Xunit;

namespace Paas.Runtime.FunctionalTests.Security;

/// <summary>Descriptors of the runtime's: none reaches a container's program, and none is a way to the host (CVE-2024-21626).</summary>
public sealed class DescriptorTests
{
    private const int Most = 16;

    [RootFact]
    public void A_working_directory_among_the_runtimes_descriptors_is_not_the_hosts()
    {
        for (var descriptor = 3; descriptor < Most; descriptor++)
        {
            using var container = new TestContainer();
            var trap = new HostTrap(container);
            // From a directory of the host's the trap is reached through the real root.
            container.Script($"cat ../../../../../../..{trap.Path}/passwd; cat .{trap.Path}/passwd");
            container.Process["cwd"] = $"/proc/self/fd/{descriptor}";
            trap.AssertUntouched(container.Run());
        }
    }

    [RootFact]
    public void Nor_is_that_of_a_second_process()
    {
        using var container = new TestContainer().Script("sleep 1000");
        var trap = new HostTrap(container);
        container.RunDetached().ShouldSucceed();
        for (var descriptor = 3; descriptor < Most; descriptor++)
        {
            var look = $"cat ../../../../../../..{trap.Path}/passwd; cat .{trap.Path}/passwd";
            var outcome = RuntimeUnderTest.Run(
                container.Root, "exec", "--cwd", $"/proc/self/fd/{descriptor}", container.Id, "/bin/sh", "-c", look);
            trap.AssertUntouched(outcome);
        }
    }

    [RootFact]
    public void A_program_has_the_three_standard_streams_and_no_more()
    {
        using var container = new TestContainer();
        container.Process["args"] = new System.Text.Json.Nodes.JsonArray("/bin/ls", "/proc/self/fd");
        container.WriteConfig();
        // With one more open here, as a careless caller would have. 3 is the listing's own.
        var outcome = RuntimeUnderTest.Execute(
            "/bin/sh", "-c", $"exec 7</etc/hostname; exec '{RuntimeUnderTest.Program}' --root '{container.Root}' run --bundle '{container.Bundle}' {container.Id}");
        Assert.Equal("0\n1\n2\n3\n", outcome.ShouldSucceed().Output);
    }

    [RootFact]
    public void Nor_has_a_second_process_and_one_that_was_created_first()
    {
        using var container = new TestContainer().Script("ls /proc/self/fd; exec sleep 1000");
        container.Create().ShouldSucceed();
        container.Verb("start").ShouldSucceed();
        TestContainer.Eventually(() => container.DetachedOutput.Split('\n').Length > 4, "descriptors listed");
        Assert.Equal("0\n1\n2\n3\n", container.DetachedOutput);
        var outcome = RuntimeUnderTest.Execute(
            "/bin/sh", "-c", $"exec 7</etc/hostname; exec '{RuntimeUnderTest.Program}' --root '{container.Root}' exec {container.Id} /bin/ls /proc/self/fd");
        Assert.Equal("0\n1\n2\n3\n", outcome.ShouldSucceed().Output);
        Assert.Equal(["0", "1", "2"], Directory.GetFileSystemEntries($"/proc/{container.Pid}/fd").Select(Path.GetFileName).Order());
    }
}
