using System.Text.Json.Nodes;
using Paas.Testing;
using Xunit;

namespace Paas.Runtime.FunctionalTests;

/// <summary>
/// Containers without a mount namespace of their own: their root is mounted over its directory on the host and is gone with them.
/// Peers leave it there.
/// </summary>
public sealed class HostMountTests
{
    [OwnRootFact]
    public void Its_root_is_the_bundles_and_its_mounts_are_the_hosts_until_it_is_deleted()
    {
        using var container = OnHost().Script("echo file > /tmp/of-it; sleep 1000");
        container.RunDetached().ShouldSucceed();
        Assert.Equal(File.ResolveLinkTarget("/proc/self/ns/mnt", false)!.Name, File.ResolveLinkTarget($"/proc/{container.Pid}/ns/mnt", false)!.Name);
        TestContainer.Eventually(() => File.Exists(Path.Combine(container.Rootfs, "tmp/of-it")), "it writes into the bundle");
        Assert.True(File.Exists(Path.Combine(container.Rootfs, "proc/version")));
        Assert.Contains(container.HostMounts(), line => line.Contains($"{container.Rootfs} "));
        container.Verb("delete", "--force").ShouldSucceed();
        Assert.Empty(container.HostMounts());
        Assert.False(File.Exists(Path.Combine(container.Rootfs, "proc/version")));
    }

    [OwnRootFact]
    public void What_runs_beside_it_is_in_the_same_root()
    {
        using var container = OnHost().Script("sleep 1000");
        File.WriteAllText(Path.Combine(container.Rootfs, "etc/of-the-bundle"), "");
        container.RunDetached().ShouldSucceed();
        Assert.Equal("of-the-bundle\npasswd\n", container.Verb("exec", "ls", "/etc").ShouldSucceed().Output);
        Assert.Equal("of-the-bundle\npasswd\n", container.Verb("exec", "ls", "/../etc").ShouldSucceed().Output);
    }

    [OwnRootFact]
    public void Nothing_is_left_of_one_that_ends_or_cannot_be_made()
    {
        using var container = OnHost();
        container.Run().ShouldSucceed();
        Assert.Empty(container.HostMounts());
        container.Mount("/data", "no-such-filesystem", "none");
        Assert.NotEqual(0, container.Create().ExitCode);
        Assert.Empty(container.HostMounts());
        Assert.Empty(container.Cgroups());
    }

    [OwnRootFact]
    public void What_somebody_has_mounted_there_instead_stays()
    {
        using var container = OnHost().Script("sleep 1000");
        container.RunDetached().ShouldSucceed();
        RuntimeUnderTest.Execute("umount", "--recursive", "--lazy", container.Rootfs).ShouldSucceed();
        RuntimeUnderTest.Execute("mount", "-t", "tmpfs", "anothers", container.Rootfs).ShouldSucceed();
        try
        {
            container.Verb("delete", "--force").ShouldSucceed();
            Assert.Single(container.HostMounts(), line => line.Contains(" anothers "));
        }
        finally
        {
            RuntimeUnderTest.Execute("umount", container.Rootfs);
        }
    }

    [OwnRootTheory]
    [InlineData("masked", "unable to restrict sys entries without a private MNT namespace")]
    [InlineData("root", "cannot have the host's root")]
    [InlineData("user", "needs a mount namespace")]
    public void What_would_change_the_host_is_refused(string what, string message)
    {
        using var container = OnHost();
        if (what == "masked") container.Linux["maskedPaths"] = new JsonArray("/proc/kcore");
        if (what == "root") container.Config["root"]!["path"] = "/tmp/..";
        if (what == "user") container.WithUserNamespace();
        var outcome = container.Run();
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains(message, outcome.Error);
        Assert.Empty(container.HostMounts());
    }

    private static TestContainer OnHost()
    {
        var container = new TestContainer();
        var namespaces = (JsonArray)container.Linux["namespaces"]!;
        namespaces.Remove(namespaces.Single(item => (string)item!["type"]! == "mount"));
        container.Linux["maskedPaths"] = new JsonArray();
        container.Linux["readonlyPaths"] = new JsonArray();
        return container;
    }
}
