using System.Text;
using Paas.Images.Layers;
using Paas.Linux;
using Paas.Oci;
using Paas.Testing;

namespace Paas.Images.Tests;

public sealed class LayerReaderTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string Root => _directory.Combine("root");

    public LayerReaderTests() => Directory.CreateDirectory(Root);

    public void Dispose()
    {
        // The base library cannot remove names that are not UTF-8.
        Trees.Shell("/", $"rm -rf '{_directory.Path}'");
        _directory.Dispose();
    }

    [Fact]
    public async Task A_plain_layer_becomes_files_with_their_modes_and_times()
    {
        var tar = new TarBuilder().Directory("bin/", 0x1c9).File("bin/tool", "#!/bin/sh\n", 0x9ed).SymbolicLink("bin/link", "../etc/x").Fifo("pipe").Tar();
        var diffId = await Apply(tar);

        Assert.Equal(Digest.Compute(tar), diffId);
        Assert.Equal("#!/bin/sh\n", File.ReadAllText(_directory.Combine("root", "bin", "tool")));
        Assert.Equal(0x9edu, Files.Status(_directory.Combine("root", "bin", "tool")).Permissions);
        Assert.Equal(0x1c9u, Files.Status(_directory.Combine("root", "bin")).Permissions);
        Assert.Equal(1_600_000_000, Files.Status(_directory.Combine("root", "bin")).ModifiedSeconds);
        Assert.Equal(1_600_000_000, Files.Status(_directory.Combine("root", "bin", "link")).ModifiedSeconds);
        Assert.Equal("../etc/x", new FileInfo(_directory.Combine("root", "bin", "link")).LinkTarget);
        Assert.True(Files.Status(_directory.Combine("root", "pipe")).IsFifo);
    }

    [Fact]
    public async Task The_diff_id_is_of_the_uncompressed_tar_whatever_follows_its_end()
    {
        var builder = new TarBuilder().File("a", "content");
        var gzip = builder.GZip();
        Assert.Equal(Digest.Compute(builder.Tar()), await Apply(gzip));
        byte[] longer = [.. builder.Tar(), .. new byte[20 * 512]];
        Assert.Equal(Digest.Compute(longer), await Apply(longer));
    }

    [Theory]
    [InlineData("../escape")]
    [InlineData("a/../../escape")]
    [InlineData("/../escape")]
    [InlineData("./x/..")]
    public async Task Names_that_leave_the_root_are_refused(string name)
    {
        var error = await Assert.ThrowsAsync<LayerFormatException>(() => Apply(new TarBuilder().File(name, "x").Tar()));
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
        Assert.Equal(["root"], Directory.EnumerateFileSystemEntries(_directory.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Names_from_the_root_are_below_it()
    {
        await Apply(new TarBuilder().File("gone", "x").Directory("hidden").File("hidden/x", "x").Tar());
        await Apply(new TarBuilder()
            .Directory("/").Directory("/ko-app").File("/ko-app/server", "x").HardLink("//ko-app/same", "/ko-app/server").SymbolicLink("/ko-app/link", "/ko-app/server")
            .File("/.wh.gone").File("/hidden/.wh..wh..opq").File("/hidden/own", "y").File("hidden/own", "z").Tar());
        Assert.Equal(
            ["hidden", "hidden/own", "ko-app", "ko-app/link", "ko-app/same", "ko-app/server"],
            Directory.EnumerateFileSystemEntries(Root, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Root, path)).Order(StringComparer.Ordinal));
        Assert.Equal(Files.Status(_directory.Combine("root", "ko-app", "server")).Inode, Files.Status(_directory.Combine("root", "ko-app", "same")).Inode);
        Assert.Equal("z", File.ReadAllText(_directory.Combine("root", "hidden", "own")));
    }

    [Fact]
    public async Task A_link_on_the_way_of_a_name_from_the_root_leads_nowhere()
    {
        var outside = Directory.CreateDirectory(_directory.Combine("outside")).FullName;
        await AssertRefused(new TarBuilder().SymbolicLink("/out", outside).File("/out/x", "x").Tar());
        Assert.Empty(Directory.EnumerateFileSystemEntries(outside));
    }

    [Theory]
    [InlineData(".")]
    [InlineData("/")]
    public Task An_entry_of_a_layer_that_would_replace_the_root_is_refused(string name) => AssertRefused(new TarBuilder().SymbolicLink(name, "/tmp").Tar());

    [Fact]
    public async Task An_archives_names_from_the_root_and_with_a_detour_are_below_the_directory()
    {
        await Extract(new TarBuilder().File("/abs/a", "x").HardLink("/abs/b", "/abs/a").File("none/../c", "y").Tar());
        Assert.Equal(
            ["abs", "abs/a", "abs/b", "c"],
            Directory.EnumerateFileSystemEntries(Root, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Root, path)).Order(StringComparer.Ordinal));
        Assert.Equal(Files.Status(_directory.Combine("root", "abs", "a")).Inode, Files.Status(_directory.Combine("root", "abs", "b")).Inode);
    }

    [Theory]
    [InlineData("../escape")]
    [InlineData("/../escape")]
    [InlineData("./x/../..")]
    public async Task Names_that_leave_the_directory_are_refused_in_archives_too(string name)
    {
        var error = await Assert.ThrowsAsync<LayerFormatException>(() => Extract(new TarBuilder().File(name, "x").Tar()));
        Assert.Contains("climbs up", error.Message);
        Assert.Equal(["root"], Directory.EnumerateFileSystemEntries(_directory.Path).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData(".")]
    [InlineData("/.")]
    [InlineData("b/..")]
    public async Task No_entry_of_an_archive_replaces_the_directory(string name)
    {
        await Extract(new TarBuilder().File(name, "no directory").SymbolicLink(name, "/tmp").File("a", "x").Tar());
        Assert.Equal(["a"], Directory.EnumerateFileSystemEntries(Root).Select(Path.GetFileName));
        Assert.Equal("x", File.ReadAllText(_directory.Combine("root", "a")));
    }

    [Theory]
    [InlineData("..")]
    [InlineData("/tmp")]
    [InlineData("inside")]
    public async Task Nothing_is_written_through_a_symbolic_link(string target)
    {
        var outside = _directory.Combine("victim");
        var tar = new TarBuilder().Directory("inside/").SymbolicLink("link", target).File("link/victim", "x").Tar();
        await Assert.ThrowsAsync<LayerFormatException>(() => Apply(tar));
        Assert.False(File.Exists(outside));
        Assert.False(File.Exists("/tmp/victim"));
    }

    [Fact]
    public async Task A_file_replaces_a_symbolic_link_instead_of_writing_through_it()
    {
        var victim = _directory.Combine("victim");
        File.WriteAllText(victim, "untouched");
        await Apply(new TarBuilder().SymbolicLink("link", victim).File("link", "new").Tar());
        Assert.Equal("untouched", File.ReadAllText(victim));
        Assert.Equal("new", File.ReadAllText(_directory.Combine("root", "link")));
        Assert.Null(new FileInfo(_directory.Combine("root", "link")).LinkTarget);
    }

    [Theory]
    [InlineData("../victim")]
    [InlineData("/etc/passwd")]
    [InlineData("link/victim")]
    [InlineData("missing")]
    [InlineData("dir")]
    public async Task Hard_links_out_of_the_root_or_to_nothing_are_refused(string target)
    {
        File.WriteAllText(_directory.Combine("victim"), "secret");
        var tar = new TarBuilder().Directory("dir/").SymbolicLink("link", "..").HardLink("stolen", target).Tar();
        await Assert.ThrowsAsync<LayerFormatException>(() => Apply(tar));
        Assert.False(File.Exists(_directory.Combine("root", "stolen")));
    }

    [Fact]
    public async Task Hard_links_share_one_file()
    {
        await Apply(new TarBuilder().File("a", "x").HardLink("d/b", "./a").Tar());
        Assert.Equal(Files.Status(_directory.Combine("root", "a")).Inode, Files.Status(_directory.Combine("root", "d", "b")).Inode);
    }

    [Fact]
    public async Task Long_names_and_names_that_are_not_utf8_survive()
    {
        var name = string.Join('/', Enumerable.Repeat(new string('n', 60), 6)) + "/" + new string('f', 200);
        Trees.Shell(_directory.Path, $"mkdir src; mkdir -p src/{Path.GetDirectoryName(name)}; echo x > src/{name}; echo y > \"src/$(printf '\\377\\376')\"; tar -C src -cf gnu.tar --format=gnu .; tar -C src -cf pax.tar --format=pax .");
        foreach (var format in (string[])["gnu", "pax"])
        {
            Directory.CreateDirectory(_directory.Combine(format));
            await using var layer = File.OpenRead(_directory.Combine($"{format}.tar"));
            await LayerReader.ApplyAsync(layer, _directory.Combine(format), WhiteoutHandling.Remove, default);
            Trees.Run("/usr/bin/diff", "-r", _directory.Combine("src"), _directory.Combine(format));
        }
    }

    [Fact]
    public async Task Flattening_removes_what_whiteouts_name_whatever_the_order_in_the_layer()
    {
        await Apply(new TarBuilder().File("a", "1").File("d/x", "1").File("d/y", "1").File("o/old", "1").Tar());
        await Apply(new TarBuilder().File("d/x", "2").File("d/.wh.x").File(".wh.a").File("o/new", "2").File("o/.wh..wh..opq").Tar());
        Assert.Equal(
            ["d", "d/x", "d/y", "o", "o/new"],
            Directory.EnumerateFileSystemEntries(Root, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Root, path)).Order(StringComparer.Ordinal));
        Assert.Equal("2", File.ReadAllText(_directory.Combine("root", "d", "x")));
    }

    [Theory]
    [InlineData(".wh.")]
    [InlineData(".wh...")]
    [InlineData("d/.wh..")]
    public async Task Whiteouts_of_nothing_are_refused(string name) =>
        await Assert.ThrowsAsync<LayerFormatException>(() => Apply(new TarBuilder().File(name).Tar()));

    [RootFact]
    public async Task Whiteouts_become_what_overlayfs_understands()
    {
        var tar = new TarBuilder().File(".wh.gone").Directory("o/").File("o/.wh..wh..opq").File(".wh.replaced").Directory("replaced/").File(".wh..wh.plnk").Tar();
        await using (var layer = new MemoryStream(tar)) await LayerReader.ApplyAsync(layer, Root, WhiteoutHandling.Overlay, default);
        Assert.True(Files.Status(_directory.Combine("root", "gone")).IsWhiteout);
        Assert.Equal("y"u8.ToArray(), ExtendedAttributes.Get(_directory.Combine("root", "o"), "trusted.overlay.opaque"));
        Assert.Equal("y"u8.ToArray(), ExtendedAttributes.Get(_directory.Combine("root", "replaced"), "trusted.overlay.opaque"));
        Assert.False(File.Exists(_directory.Combine("root", ".wh..wh.plnk")));
    }

    [RootFact]
    public async Task Attributes_of_overlayfs_in_a_layer_are_ignored_and_capabilities_kept()
    {
        Trees.Shell(_directory.Path, "mkdir -p src/d; echo x > src/f");
        ExtendedAttributes.Set(_directory.Combine("src", "f"), "security.capability", Trees.SetUserAndRawSockets);
        ExtendedAttributes.Set(_directory.Combine("src", "f"), "user.note", "1"u8);
        ExtendedAttributes.Set(_directory.Combine("src", "d"), "trusted.overlay.opaque", "y"u8);
        ExtendedAttributes.Set(_directory.Combine("src"), "trusted.overlay.redirect", "/etc"u8);
        Trees.Shell(_directory.Path, "tar -C src --xattrs --xattrs-include='*' -cf l.tar .");
        await using var layer = File.OpenRead(_directory.Combine("l.tar"));
        await LayerReader.ApplyAsync(layer, Root, WhiteoutHandling.Overlay, default);
        Assert.Equal(["security.capability", "user.note"], ExtendedAttributes.List(_directory.Combine("root", "f")).Order(StringComparer.Ordinal));
        Assert.Equal(
            ExtendedAttributes.Get(_directory.Combine("src", "f"), "security.capability"),
            ExtendedAttributes.Get(_directory.Combine("root", "f"), "security.capability"));
        Assert.Empty(ExtendedAttributes.List(_directory.Combine("root", "d")));
        Assert.Empty(ExtendedAttributes.List(Root));
    }

    [Fact]
    public async Task Directories_a_layer_only_implies_look_as_in_the_layer_below()
    {
        var lower = Directory.CreateDirectory(_directory.Combine("lower", "var")).FullName;
        File.SetUnixFileMode(lower, (UnixFileMode)0x1c0);
        await using var layer = new MemoryStream(new TarBuilder().File("var/f", "x").File("opt/g", "x").Tar());
        await LayerReader.ApplyAsync(layer, Root, WhiteoutHandling.Remove, [_directory.Combine("lower")], LayerLimits.Default, default);
        Assert.Equal(0x1c0u, Files.Status(_directory.Combine("root", "var")).Permissions);
        Assert.Equal(0x1edu, Files.Status(_directory.Combine("root", "opt")).Permissions);
    }

    [Fact]
    public async Task Damaged_layers_are_refused_at_every_length_and_every_flipped_byte()
    {
        var tar = new TarBuilder().File("a", new string('x', 700)).File("b", "y").Tar();
        for (var length = 1; length < 1024; length += 37) await AssertRefused(tar[..length]);
        for (var at = 0; at < 512; at += 5)
        {
            // What follows the checksum's own digits says nothing.
            if (at == 155) continue;
            var flipped = (byte[])tar.Clone();
            flipped[at] ^= 0x11;
            await AssertRefused(flipped);
        }

        var gzip = new TarBuilder().File("a", new string('x', 700)).GZip();
        await AssertRefused(gzip[..^20]);
        await AssertRefused(Encoding.ASCII.GetBytes(new string('z', 2000)));
        await AssertRefused([0x28, 0xb5, 0x2f, 0xfd, .. new byte[600]]);
    }

    /// <summary>Random damage, with checksums made right again so that it gets as far as it can.</summary>
    [Fact]
    public async Task Whatever_a_layer_holds_it_is_applied_inside_or_refused()
    {
        File.WriteAllText(_directory.Combine("victim"), "untouched");
        var tar = new TarBuilder().Directory("d/").File("d/f", "content").SymbolicLink("d/l", "../..").HardLink("h", "d/f")
            .File(new string('n', 150), "long").Fifo("p").Tar();
        var random = new Random(1);
        var refused = 0;
        for (var round = 0; round < 1500; round++)
        {
            var damaged = (byte[])tar.Clone();
            for (var i = random.Next(1, 6); i > 0; i--) damaged[random.Next(damaged.Length - 1024)] = Interesting[random.Next(Interesting.Length)];
            RepairChecksums(damaged);
            try
            {
                await Apply(damaged);
            }
            catch (Exception error) when (error is LayerFormatException or LinuxException)
            {
                refused++;
            }

            Trees.Clear(Root);
        }

        Assert.InRange(refused, 100, 1499);
        Assert.Equal("untouched", File.ReadAllText(_directory.Combine("victim")));
        Assert.Equal(["root", "victim"], Directory.EnumerateFileSystemEntries(_directory.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    private static ReadOnlySpan<byte> Interesting => "\0/..01257xgLKS =\n\u0001~"u8;

    private static void RepairChecksums(byte[] tar)
    {
        for (var at = 0; at < tar.Length - 512; at += 512)
        {
            var header = tar.AsSpan(at, 512);
            if (!header[257..].StartsWith("ustar"u8)) continue;
            header.Slice(148, 8).Fill((byte)' ');
            var sum = 0;
            foreach (var value in header) sum += value;
            Encoding.ASCII.GetBytes($"{Convert.ToString(sum, 8).PadLeft(6, '0')}\0 ").CopyTo(header[148..]);
        }
    }

    private async Task AssertRefused(byte[] layer) => await Assert.ThrowsAsync<LayerFormatException>(() => Apply(layer));

    private async Task<Digest> Apply(byte[] layer)
    {
        await using var stream = new MemoryStream(layer);
        return await LayerReader.ApplyAsync(stream, Root, WhiteoutHandling.Remove, default);
    }

    private async Task Extract(byte[] archive)
    {
        await using var stream = new MemoryStream(archive);
        await LayerReader.ExtractAsync(stream, Root, default);
    }
}
