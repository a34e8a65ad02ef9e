using Paas.Testing;
using Xunit;

namespace Paas.Linux.Tests;

public sealed class FilesTests
{
    [Fact]
    public void Status_does_not_follow_links()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory.Combine("file"), "12345");
        File.CreateSymbolicLink(directory.Combine("link"), "file");
        Assert.Equal((true, 5), (Files.Status(directory.Combine("file")).IsRegular, Files.Status(directory.Combine("file")).Size));
        Assert.True(Files.Status(directory.Combine("link")).IsSymbolicLink);
        Assert.True(Files.Status(directory.Path).IsDirectory);
        Assert.False(Files.TryStatus(directory.Combine("none"), out _));
        Assert.Equal(Errno.ENOENT, Assert.Throws<LinuxException>(() => Files.Status(directory.Combine("none"))).Errno);
    }

    [Fact]
    public void Times_are_set_to_the_nanosecond_on_the_link_itself()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory.Combine("file"), "");
        File.CreateSymbolicLink(directory.Combine("link"), "file");
        Files.SetTimes(directory.Combine("link"), 1234567890, 123456789);
        var (link, file) = (Files.Status(directory.Combine("link")), Files.Status(directory.Combine("file")));
        Assert.Equal((1234567890L, 123456789u), (link.ModifiedSeconds, link.ModifiedNanoseconds));
        Assert.NotEqual(1234567890L, file.ModifiedSeconds);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4095)]
    [InlineData(4096)]
    [InlineData(70_000)]
    public void A_file_is_read_whole(int length)
    {
        using var directory = new TemporaryDirectory();
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        File.WriteAllBytes(directory.Combine("file"), bytes);
        Assert.Equal(bytes, Files.ReadBytes(directory.Combine("file")));
        // Its length is not known before it is read.
        Assert.Equal(File.ReadAllText("/proc/self/cmdline"), Files.ReadText("/proc/self/cmdline"));
        Assert.Equal(Errno.ENOENT, Assert.Throws<LinuxException>(() => Files.ReadBytes(directory.Combine("none"))).Errno);
    }

    [Fact]
    public void Names_are_replaced_and_removed()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory.Combine("new"), "new");
        File.WriteAllText(directory.Combine("old"), "old");
        Files.Rename(directory.Combine("new"), directory.Combine("old"));
        Assert.Equal("new", File.ReadAllText(directory.Combine("old")));
        Assert.False(Files.TryRemoveDirectory(directory.Path));
        Assert.True(Files.TryRemove(directory.Combine("old")));
        Assert.False(Files.TryRemove(directory.Combine("old")));
        Directory.CreateDirectory(directory.Combine("empty"));
        Assert.True(Files.TryRemoveDirectory(directory.Combine("empty")));
        Assert.True(Files.TryRemoveDirectory(directory.Combine("empty")));
    }

    [RootFact]
    public void Nodes_owners_and_modes()
    {
        using var directory = new TemporaryDirectory();
        var node = directory.Combine("node");
        Files.MakeNode(node, Native.S_IFCHR | 0x180, 1, 7);
        Files.ChangeOwner(node, 1000, 2000);
        Files.ChangeMode(node, 0xDED /* 06755 */);
        var status = Files.Status(node);
        Assert.True(status.IsCharacterDevice);
        Assert.Equal((1u, 7u, 1000u, 2000u, 0xDEDu), (status.DeviceMajor, status.DeviceMinor, status.Uid, status.Gid, status.Permissions));
        Files.MakeNode(directory.Combine("whiteout"), Native.S_IFCHR, 0, 0);
        Assert.True(Files.Status(directory.Combine("whiteout")).IsWhiteout);
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(259, 4095)]
    [InlineData(4095, 1048575)]
    public void Device_numbers_are_encoded_as_the_kernel_reads_them(uint major, uint minor)
    {
        // makedev(3) of the GNU C library.
        var expected = ((ulong)(major & 0xFFFFF000) << 32) | ((major & 0xFFFul) << 8) | ((ulong)(minor & 0xFFFFFF00) << 12) | (minor & 0xFFul);
        Assert.Equal(expected, Files.EncodeDevice(major, minor));
    }

    [Fact]
    public void An_atomic_write_replaces_the_file_whole()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.Combine("state.json");
        Files.WriteAtomically(path, "a longer first content"u8, durable: true);
        Files.WriteAtomically(path, "short"u8, durable: true);
        Assert.Equal("short", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(directory.Path));
    }

    [Fact]
    public void A_lock_keeps_another_open_file_out()
    {
        using var directory = new TemporaryDirectory();
        using var first = Files.Open(directory.Combine("lock"), Native.O_RDWR | Native.O_CREAT, 0x180);
        using var second = Files.Open(directory.Combine("lock"), Native.O_RDWR);
        Assert.True(Files.Lock(first, wait: false));
        Assert.False(Files.Lock(second, wait: false));
        first.Dispose();
        Assert.True(Files.Lock(second, wait: false));
    }

    [Fact]
    public void A_lookup_below_a_directory_does_not_leave_it()
    {
        using var directory = new TemporaryDirectory();
        Directory.CreateDirectory(directory.Combine("root/etc"));
        File.WriteAllText(directory.Combine("root/etc/passwd"), "inside");
        File.CreateSymbolicLink(directory.Combine("root/link"), "/etc/passwd");
        File.CreateSymbolicLink(directory.Combine("root/up"), "../../../etc/passwd");
        using var root = Files.Open(directory.Combine("root"), Native.O_PATH | Native.O_DIRECTORY);
        foreach (var name in (string[])["link", "up"])
        {
            using var file = Files.OpenBelow(root, name, Native.O_RDONLY, Native.RESOLVE_IN_ROOT);
            using var reader = new StreamReader(new FileStream(file, FileAccess.Read));
            Assert.Equal("inside", reader.ReadToEnd());
        }
    }

    [RootFact]
    public void Extended_attributes_are_set_listed_read_and_removed()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.Combine("file");
        File.WriteAllText(path, "");
        Assert.Null(ExtendedAttributes.Get(path, "trusted.paas"));
        ExtendedAttributes.Set(path, "trusted.paas", [1, 2, 0, 3]);
        ExtendedAttributes.Set(path, "trusted.empty", []);
        Assert.Equal([1, 2, 0, 3], ExtendedAttributes.Get(path, "trusted.paas")!);
        Assert.Empty(ExtendedAttributes.Get(path, "trusted.empty")!);
        Assert.Equal(["trusted.empty", "trusted.paas"], ExtendedAttributes.List(path).Order());
        ExtendedAttributes.Remove(path, "trusted.paas");
        ExtendedAttributes.Remove(path, "trusted.paas");
        Assert.Equal(["trusted.empty"], ExtendedAttributes.List(path));
    }
}
