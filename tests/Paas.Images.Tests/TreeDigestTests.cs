using System.Text;
using Paas.Images.Interop;
using Paas.Images.Trees;
using Paas.Linux;
using Paas.Oci;
using Paas.Testing;

namespace Paas.Images.Tests;

/// <summary>No two contents have one digest, however their names and bytes are chosen.</summary>
public sealed class TreeDigestTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_link_s_end_and_the_next_name_are_told_apart()
    {
        Make("one/cd");
        File.CreateSymbolicLink(_directory.Combine("one", "a"), "b");
        Make("two/d");
        File.CreateSymbolicLink(_directory.Combine("two", "a"), "bc");
        Assert.NotEqual(DigestOf("one"), DigestOf("two"));
    }

    [Fact]
    public void An_attribute_is_not_taken_for_the_next_file()
    {
        Make("one/a");
        Make("one/b");
        Make("two/a");
        var line = $"b\0{Files.Status(_directory.Combine("one", "b")).Mode:x}  0 0:0";
        SetAttribute("one", "1"u8.ToArray());
        foreach (var end in (string[])["\n", " 0 0\n"])
        {
            SetAttribute("two", Encoding.ASCII.GetBytes($"1{line}{end}"));
            Assert.NotEqual(DigestOf("one"), DigestOf("two"));
        }
    }

    [Fact]
    public void Of_a_directory_alone_its_permissions_count_and_not_its_files()
    {
        Make("d/x");
        var before = DirectoryDigest("d");
        Make("d/y");
        Assert.Equal(before, DirectoryDigest("d"));
        File.SetUnixFileMode(_directory.Combine("d"), UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);
        Assert.NotEqual(before, DirectoryDigest("d"));
        Assert.Null(DirectoryDigest("d/x"));
        Assert.Null(DirectoryDigest("none"));
    }

    private void Make(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_directory.Combine(path))!);
        File.WriteAllText(_directory.Combine(path), "");
    }

    private void SetAttribute(string directory, byte[] value)
    {
        using var handle = DirectoryHandle.Open(_directory.Combine(directory));
        handle.TrySetAttribute("a", "user.x", value);
        Assert.Equal(value, handle.Attribute("a", "user.x"));
    }

    private Digest? DigestOf(string path)
    {
        using var tree = FileTree.Of(_directory.Path);
        return new TreeDigest(tree, withOwners: false).Of(path, default);
    }

    private Digest? DirectoryDigest(string path)
    {
        using var tree = FileTree.Of(_directory.Path);
        return new TreeDigest(tree, withOwners: false).OfDirectory(path);
    }
}
