using Paas.Testing;
using Xunit;

namespace Paas.Runtime.FunctionalTests.Mounts;

/// <summary>Propagation: which mounts made later on one side are seen on the other.</summary>
public sealed class PropagationTests
{
    [OlderRuntimesFailTheory("runc before 1.2 forgets shared ones")]
    [InlineData("private", "")]
    [InlineData("rprivate", "")]
    [InlineData("shared", "shared:")]
    [InlineData("rshared", "shared:")]
    [InlineData("slave", "")]
    [InlineData("rslave", "")]
    public void The_containers_root_has_the_propagation_configured(string word, string shown)
    {
        using var container = new TestContainer();
        container.Linux["rootfsPropagation"] = word;
        var root = MountTable.Of(container).At("/");
        if (shown.Length == 0) Assert.Empty(root.Propagation);
        else Assert.StartsWith(shown, Assert.Single(root.Propagation));
    }

    [OlderRuntimesFailTheory("runc makes the host's root unbindable before it binds the container's")]
    [InlineData("unbindable")]
    [InlineData("runbindable")]
    public void A_root_that_cannot_be_bound(string word)
    {
        using var container = new TestContainer();
        container.Linux["rootfsPropagation"] = word;
        Assert.Equal("unbindable", Assert.Single(MountTable.Of(container).At("/").Propagation));
    }

    [RootFact]
    public void An_unknown_word_for_the_root_is_an_error()
    {
        using var container = new TestContainer();
        container.Linux["rootfsPropagation"] = "sharing";
        Assert.NotEqual(0, container.Run().ExitCode);
    }

    [RootTheory]
    [InlineData("shared", "shared:")]
    [InlineData("private", "")]
    [InlineData("unbindable", "unbindable")]
    public void A_new_mount_has_the_propagation_its_options_say(string word, string shown)
    {
        using var container = new TestContainer().Mount("/new", "tmpfs", "tmpfs", word);
        var mount = MountTable.Of(container).At("/new");
        if (shown.Length == 0) Assert.Empty(mount.Propagation);
        else Assert.StartsWith(shown, Assert.Single(mount.Propagation));
    }

    [RootTheory]
    [InlineData("rslave", null, true)]
    [InlineData("rshared", "shared", true)]
    [InlineData("rprivate", null, false)]
    [InlineData("", null, true)]
    [InlineData("", "slave", true)]
    [InlineData("", "rprivate", false)]
    public void Mounts_made_on_the_host_appear_where_they_should(string word, string? rootfsPropagation, bool appears)
    {
        using var container = new TestContainer().Script("sleep 1000");
        using var volume = new HostTmpfs(container.Path("volume"), shared: true);
        if (rootfsPropagation is not null) container.Linux["rootfsPropagation"] = rootfsPropagation;
        container.Mount("/volume", "bind", container.Path("volume"), word.Length > 0 ? ["rbind", word] : ["rbind"]);
        container.RunDetached().ShouldSucceed();
        using var later = new HostTmpfs(container.Path("volume/later"));
        var mounts = MountTable.Parse(File.ReadAllText($"/proc/{container.Pid}/mountinfo"));
        Assert.Equal(appears, mounts.Any(mount => mount.Point == "/volume/later"));
    }

    [RootFact]
    public void What_a_container_mounts_in_a_slave_stays_with_it()
    {
        using var container = new TestContainer().Script("mount -t tmpfs none /volume/inner && echo mounted");
        using var volume = new HostTmpfs(container.Path("volume"), shared: true);
        Directory.CreateDirectory(container.Path("volume/inner"));
        foreach (var set in (string[])["bounding", "effective", "permitted"])
        {
            ((System.Text.Json.Nodes.JsonArray)container.Process["capabilities"]![set]!).Add("CAP_SYS_ADMIN");
        }

        container.Mount("/volume", "bind", container.Path("volume"), "rbind", "rslave");
        Assert.Equal("mounted\n", container.Run().ShouldSucceed().Output);
        Assert.Single(container.HostMounts());
    }
}
