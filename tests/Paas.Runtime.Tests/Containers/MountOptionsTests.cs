using Paas.Runtime.Containers;
using Xunit;
using static Paas.Linux.Native;

namespace Paas.Runtime.Tests.Containers;

public sealed class MountOptionsTests
{
    [Fact]
    public void Words_are_sorted_by_how_the_kernel_takes_them()
    {
        var options = Parse("rbind", "ro", "nosuid", "rslave", "size=64m", "newinstance");
        Assert.True(options is { Bind: true, RecursiveBind: true, ReadOnly: true });
        Assert.Equal(MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID, options.Set);
        Assert.Equal((MS_SLAVE, true), (options.Propagation, options.PropagationRecursive));
        Assert.Equal([("size", "64m"), ("newinstance", null)], options.Filesystem);
    }

    [Fact]
    public void The_last_word_on_an_attribute_wins()
    {
        Assert.Equal((0, MOUNT_ATTR_RDONLY), Attributes(Parse("ro", "rw")));
        Assert.Equal((MOUNT_ATTR_RDONLY, 0), Attributes(Parse("rw", "ro")));
    }

    [Theory]
    [InlineData("noatime", MOUNT_ATTR_NOATIME)]
    [InlineData("strictatime", MOUNT_ATTR_STRICTATIME)]
    [InlineData("relatime", 0)]
    public void Access_times_are_one_field_that_is_cleared_first(string word, long expected)
    {
        var options = Parse("noatime", word);
        Assert.Equal((expected, (long)MOUNT_ATTR__ATIME), (options.Set, options.Clear));
    }

    [Fact]
    public void A_leading_r_means_all_mounts_below()
    {
        var options = Parse("rro", "rnosuid", "rdev");
        Assert.Equal(0, options.Set);
        Assert.Equal(MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID, options.RecursiveSet);
        Assert.Equal(MOUNT_ATTR_NODEV, options.RecursiveClear);
    }

    [Theory]
    [InlineData("idmap", false)]
    [InlineData("ridmap", true)]
    public void Id_mapping(string word, bool recursive)
    {
        var options = Parse("bind", word);
        Assert.Equal((true, recursive), (options.IdMap, options.RecursiveIdMap));
    }

    [Theory]
    [InlineData("remount")]
    [InlineData("tmpcopyup")]
    public void What_is_not_done_is_refused(string word) => Assert.Contains(word, Assert.Throws<RuntimeException>(() => Parse(word)).Message);

    private static (long Set, long Clear) Attributes(MountOptions options) => (options.Set, options.Clear);

    private static MountOptions Parse(params string[] options) => MountOptions.Parse(options, "/x");
}
