using Paas.Linux;
using Paas.Testing;
using Xunit;
using static Paas.Linux.Native;

namespace Paas.Runtime.FunctionalTests.Mounts;

/// <summary>What becomes of the attributes that a bind mount's source has on the host already.</summary>
public sealed class BindAttributeTests
{
    private const long Everything = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC | MOUNT_ATTR_NOATIME;

    [OwnRootTheory]
    [InlineData("", "ro nosuid nodev noexec noatime")]
    [InlineData("rprivate", "ro nosuid nodev noexec noatime")]
    [InlineData("dev", "rw noatime")]
    [InlineData("ro", "ro noatime")]
    [InlineData("rw nosuid", "rw nosuid noatime")]
    [InlineData("atime", "rw noatime")]
    [InlineData("relatime", "rw relatime")]
    [InlineData("nodiratime", "rw nodiratime relatime")]
    [InlineData("nodiratime strictatime", "rw nodiratime")]
    [InlineData("rro", "ro nosuid nodev noexec noatime")]
    public void Those_that_no_word_asks_for_go_where_there_is_one(string words, string expected)
    {
        using var container = new TestContainer();
        Assert.Equal(expected.Split(' '), Shown(container, Everything, words));
    }

    [OwnRootTheory]
    [InlineData("", "ro nosuid nodev noexec noatime")]
    [InlineData("nosuid", "ro nosuid nodev noexec noatime")]
    [InlineData("atime", "ro nosuid nodev noexec noatime")]
    [InlineData("noatime", "ro nosuid nodev noexec noatime")]
    public void In_a_user_namespace_they_stay(string words, string expected)
    {
        using var container = new TestContainer().WithUserNamespace();
        Assert.Equal(expected.Split(' '), Shown(container, Everything, words));
    }

    [OwnRootFact]
    public void What_protects_nothing_goes_there_too()
    {
        using var container = new TestContainer().WithUserNamespace();
        Assert.Equal(["ro", "nodev", "relatime"], Shown(container, MOUNT_ATTR_NODEV | MOUNT_ATTR_NOSYMFOLLOW, "ro"));
    }

    [OwnRootTheory]
    [InlineData(MOUNT_ATTR_RDONLY, "rw nosuid", "cannot clear locked flags ro")]
    [InlineData(MOUNT_ATTR_NODEV | MOUNT_ATTR_NOSUID, "dev suid exec", "cannot clear locked flags nosuid,nodev")]
    [InlineData(MOUNT_ATTR_NODIRATIME, "strictatime", "cannot change locked atime flags nodiratime,relatime")]
    [InlineData(MOUNT_ATTR_STRICTATIME, "relatime", "cannot change locked atime flags strictatime")]
    [InlineData(MOUNT_ATTR_NOATIME, "relatime", "cannot change locked atime flags noatime")]
    public void A_word_that_takes_one_away_is_an_error_there(long present, string words, string reason)
    {
        using var container = new TestContainer().WithUserNamespace();
        var outcome = RunWith(container, present, words);
        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Contains("unable to start container process: error during container init: error mounting", outcome.Error);
        Assert.Contains(reason + ": operation not permitted", outcome.Error);
    }

    private static string[] Shown(TestContainer container, long present, string words) =>
        MountTable.Parse(RunWith(container, present, words).ShouldSucceed().Output).At("/dir").Options;

    private static Outcome RunWith(TestContainer container, long present, string words)
    {
        var source = container.Path("source");
        using var host = new HostTmpfs(source);
        using (var mount = Files.Open(source, O_PATH | O_DIRECTORY)) Linux.Mounts.SetAttributes(mount, present, MOUNT_ATTR__ATIME);
        // A user namespace's root may not make it there.
        Directory.CreateDirectory(Path.Combine(container.Rootfs, "dir"));
        container.Mount("/dir", "bind", source, ["bind", .. words.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        return container.Script("cat /proc/self/mountinfo").Run();
    }
}
