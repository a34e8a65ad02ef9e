using Paas.Runtime.Containers;
using Xunit;
using static Paas.Linux.Native;

namespace Paas.Runtime.Tests.Containers;

public sealed class MountOptionsTests
{
    [Fact]
    public void Words_are_sorted_by_how_the_kernel_takes_them()
    {
        var options = Parse("rbind", "ro", "nosuid", "rslave", "size=64m", "newinstance", "sync");
        Assert.True(options is { Bind: true, RecursiveBind: true, ReadOnly: true, Remount: false, CopyUp: false });
        Assert.Equal(MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID, options.Attributes.Set);
        Assert.Equal((MS_SLAVE, true), (options.Propagation, options.PropagationRecursive));
        Assert.Equal([("size", "64m"), ("newinstance", null), ("sync", null)], options.Filesystem);
    }

    [Fact]
    public void The_last_word_on_an_attribute_wins()
    {
        Assert.Equal(new AttributeChange(0, MOUNT_ATTR_RDONLY), Parse("ro", "rw").Attributes);
        Assert.Equal(new AttributeChange(MOUNT_ATTR_RDONLY, 0), Parse("rw", "ro").Attributes);
        Assert.Equal(new AttributeChange(0, MOUNT_ATTR_RDONLY), Parse("rro", "rrw").RecursiveAttributes);
        Assert.Equal(new AttributeChange(MOUNT_ATTR_RDONLY, 0), Parse("rrw", "rro").RecursiveAttributes);
    }

    [Theory]
    [InlineData("noatime", MOUNT_ATTR_NOATIME)]
    [InlineData("strictatime", MOUNT_ATTR_STRICTATIME)]
    [InlineData("relatime", 0)]
    [InlineData("norelatime", 0)]
    [InlineData("atime", 0)]
    [InlineData("nostrictatime", 0)]
    public void Access_times_are_one_field_that_is_cleared_first(string word, long expected)
    {
        Assert.Equal(new AttributeChange(expected, MOUNT_ATTR__ATIME), Parse("noatime", word).Attributes);
        Assert.Equal(new AttributeChange(expected, MOUNT_ATTR__ATIME), Parse("rnoatime", "r" + word).RecursiveAttributes);
    }

    [Theory]
    [InlineData("ro", MOUNT_ATTR_RDONLY, 0)]
    [InlineData("rw", 0, MOUNT_ATTR_RDONLY)]
    [InlineData("nosuid", MOUNT_ATTR_NOSUID, 0)]
    [InlineData("suid", 0, MOUNT_ATTR_NOSUID)]
    [InlineData("nodev", MOUNT_ATTR_NODEV, 0)]
    [InlineData("dev", 0, MOUNT_ATTR_NODEV)]
    [InlineData("noexec", MOUNT_ATTR_NOEXEC, 0)]
    [InlineData("exec", 0, MOUNT_ATTR_NOEXEC)]
    [InlineData("nodiratime", MOUNT_ATTR_NODIRATIME, 0)]
    [InlineData("diratime", 0, MOUNT_ATTR_NODIRATIME)]
    [InlineData("nosymfollow", MOUNT_ATTR_NOSYMFOLLOW, 0)]
    [InlineData("symfollow", 0, MOUNT_ATTR_NOSYMFOLLOW)]
    public void A_leading_r_means_all_mounts_below(string word, long set, long clear)
    {
        Assert.Equal(new AttributeChange(set, clear), Parse(word).Attributes);
        var recursive = Parse("r" + word);
        Assert.Equal(default, recursive.Attributes);
        Assert.Equal(new AttributeChange(set, clear), recursive.RecursiveAttributes);
        Assert.Empty(recursive.Filesystem);
    }

    [Theory]
    [InlineData("bind rprivate rro sync", false, false)]
    [InlineData("bind rw", true, false)]
    [InlineData("bind atime norelatime nostrictatime diratime", true, false)]
    [InlineData("bind relatime", true, true)]
    [InlineData("bind relatime norelatime", true, false)]
    [InlineData("bind noatime atime", true, false)]
    [InlineData("bind nodiratime", true, true)]
    public void Words_that_only_take_away_name_no_access_times(string words, bool attributes, bool accessTimes)
    {
        var options = Parse(words.Split(' '));
        Assert.Equal((attributes, accessTimes), (options.NamesAttributes, options.NamesAccessTimes));
    }

    [Fact]
    public void A_new_mount_takes_both_kinds_of_attributes() =>
        Assert.Equal(MOUNT_ATTR_NOSUID | MOUNT_ATTR_RDONLY, Parse("nosuid", "nodev", "rro", "rdev").NewMount);

    [Theory]
    [InlineData("idmap", false)]
    [InlineData("ridmap", true)]
    public void Id_mapping(string word, bool recursive)
    {
        var options = Parse("bind", word);
        Assert.Equal((true, recursive), (options.IdMap, options.RecursiveIdMap));
    }

    [Theory]
    [InlineData("defaults")]
    [InlineData("silent")]
    [InlineData("loud")]
    [InlineData("iversion")]
    [InlineData("noacl")]
    public void Words_without_a_meaning_here_reach_no_filesystem(string word) => Assert.Empty(Parse(word).Filesystem);

    [Fact]
    public void What_only_begins_like_a_recursive_word_is_the_filesystems() =>
        Assert.Equal([("redirect_dir", "on"), ("rsize", "1024")], Parse("redirect_dir=on", "rsize=1024").Filesystem);

    [Fact]
    public void Every_word_of_the_list_is_understood_here_or_is_the_superblocks()
    {
        string[] superblock = ["async", "dirsync", "lazytime", "mand", "nolazytime", "nomand", "sync"];
        Assert.Equal(superblock, MountOptions.Words.Where(word => Parse(word).Filesystem.Count > 0));
        Assert.Equal(MountOptions.Words.Order(StringComparer.Ordinal), MountOptions.Words);
    }

    private static MountOptions Parse(params string[] options) => MountOptions.Parse(options);
}
