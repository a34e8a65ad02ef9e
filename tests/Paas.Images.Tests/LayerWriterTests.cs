using System.Diagnostics;
using Paas.Images.Compression;
using Paas.Images.Layers;
using Paas.Linux;
using Paas.Oci;
using Paas.Testing;

namespace Paas.Images.Tests;

public sealed class LayerWriterTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ContentStore _store;

    public LayerWriterTests() => _store = new ContentStore(_directory.Combine("store"));

    public void Dispose() => _directory.Dispose();

    private static LayerOptions KeepTimes => new() { ModifiedAt = null };

    [Fact]
    public async Task A_tree_comes_out_of_its_layer_as_it_went_in()
    {
        var source = MakeTree("");
        var layer = await LayerWriter.WriteDirectoryAsync(_store, source, KeepTimes, default);
        await AssertRoundTrip(source, layer);
    }

    [RootFact]
    public async Task Owners_devices_capabilities_and_attributes_come_out_as_they_went_in()
    {
        var source = MakeTree("""
            chown 1000:1000 file dir; chown -h 12345:54321 link; chown 4000000:4000000 big
            mknod null c 1 3; mknod sda b 8 0; mknod high c 250 70000
            chmod 4755 suid; chmod 1777 sticky
            touch -d '1999-01-01 00:00:00 UTC' file; touch -h -d '2033-01-01 00:00:00 UTC' link; touch -d '1960-01-01 00:00:00 UTC' old
            """);
        ExtendedAttributes.Set(Path.Combine(source, "tool"), "security.capability", Trees.SetUserAndRawSockets);
        ExtendedAttributes.Set(Path.Combine(source, "file"), "user.binary", [0, 0xff, 0x0a, 0x3d, 0x80]);
        ExtendedAttributes.Set(Path.Combine(source, "dir"), "user.empty", []);
        var layer = await LayerWriter.WriteDirectoryAsync(_store, source, KeepTimes, default);
        await AssertRoundTrip(source, layer);
    }

    [RootFact]
    public async Task Other_tars_read_what_we_write()
    {
        var source = MakeTree("chown 4000000:4000000 big; mknod null c 1 3");
        ExtendedAttributes.Set(Path.Combine(source, "tool"), "security.capability", Trees.SetUserAndRawSockets);
        var layer = await LayerWriter.WriteDirectoryAsync(_store, source, KeepTimes, default);
        var target = Directory.CreateDirectory(_directory.Combine("gnu")).FullName;
        Trees.Run("/usr/bin/tar", "-C", target, "--xattrs", "--xattrs-include=*", "--numeric-owner", "-xpzf", _store.PathOf(layer.Descriptor.Digest));
        Assert.Equal(Trees.Describe(source), Trees.Describe(target));
        Assert.Equal(layer.DiffId, DiffIdByOthers(layer));
    }

    [Fact]
    public async Task The_same_files_give_the_same_digest_whenever_and_in_whatever_order_they_were_made()
    {
        Trees.Shell(_directory.Path, "mkdir one two; for f in a b c; do echo $f > one/$f; done; for f in c b a; do echo $f > two/$f; done; touch -d 2001-01-01 two/a two");
        var one = await LayerWriter.WriteDirectoryAsync(_store, _directory.Combine("one"), new LayerOptions(), default);
        var two = await LayerWriter.WriteDirectoryAsync(_store, _directory.Combine("two"), new LayerOptions(), default);
        Assert.Equal(one.DiffId, two.DiffId);
        Assert.Equal(one.Descriptor, two.Descriptor);
    }

    [Fact]
    public async Task A_target_puts_the_files_below_it_with_the_directories_above()
    {
        Trees.Shell(_directory.Path, "mkdir src; echo x > src/f; ln src/f src/g");
        var options = new LayerOptions { Target = "/layers/node/modules", Owner = new LayerOwner(1000, 1001), Compression = LayerCompression.None };
        var layer = await LayerWriter.WriteDirectoryAsync(_store, _directory.Combine("src"), options, default);
        var listing = Trees.Run("/usr/bin/tar", "--numeric-owner", "--full-time", "--utc", "-tvf", _store.PathOf(layer.Descriptor.Digest));
        Assert.Equal(
            ["drwxr-xr-x 0/0 layers/", "drwxr-xr-x 0/0 layers/node/", "drwxr-xr-x 1000/1001 layers/node/modules/", "-rw-r--r-- 1000/1001 layers/node/modules/f", "hrw-r--r-- 1000/1001 layers/node/modules/g link to layers/node/modules/f"],
            listing.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Select(fields => string.Join(' ', [fields[0], fields[1], .. fields[5..]])));
        Assert.Equal(layer.DiffId, layer.Descriptor.Digest);
    }

    [Fact]
    public async Task Files_of_packages_keep_their_times_and_new_ones_get_the_fixed_one()
    {
        Trees.Shell(_directory.Path, "mkdir src; touch -d '2010-01-01 00:00:00 UTC' src/old; echo > src/new");
        var options = new LayerOptions { KeepTimesBefore = DateTimeOffset.UtcNow.AddHours(-1) };
        var layer = await LayerWriter.WriteDirectoryAsync(_store, _directory.Combine("src"), options, default);
        var target = await Unpack(layer);
        Assert.Equal(1_262_304_000, Files.Status(Path.Combine(target, "old")).ModifiedSeconds);
        Assert.Equal(LayerOptions.ReproducibleTime.ToUnixTimeSeconds(), Files.Status(Path.Combine(target, "new")).ModifiedSeconds);
    }

    [Fact]
    public async Task A_name_that_would_mean_a_removed_file_is_refused()
    {
        Trees.Shell(_directory.Path, "mkdir src; echo > src/.wh.x");
        await Assert.ThrowsAsync<LayerFormatException>(() => LayerWriter.WriteDirectoryAsync(_store, _directory.Combine("src"), new LayerOptions(), default));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_store.Root, "ingest")));
    }

    [RootFact]
    public async Task What_an_overlay_changed_becomes_a_layer_that_makes_the_same_tree()
    {
        Trees.Shell(_directory.Path, """
            mkdir -p lower/d lower/r upper work merged
            for f in a b d/x d/y r/1 r/2; do echo lower > lower/$f; done
            unshare --mount --propagation private sh -ec '
              mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work,redirect_dir=off,metacopy=off merged
              cd merged; rm a d/x; echo new > b; rm -r r; mkdir r; echo 3 > r/3; ln -s b s; mkdir n; echo n > n/n; chmod 700 d; cp -a . ../expected'
            """);
        var layer = await LayerWriter.WriteChangesAsync(_store, _directory.Combine("upper"), KeepTimes, default);
        var names = Trees.Run("/usr/bin/tar", "-tzf", _store.PathOf(layer.Descriptor.Digest)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains(".wh.a", names);
        Assert.Contains("d/.wh.x", names);
        Assert.Contains("r/.wh..wh..opq", names);

        // Flattened over the lower layer it gives what the overlay showed.
        await using (var blob = _store.OpenRead(layer.Descriptor.Digest))
            await LayerReader.ApplyAsync(blob, _directory.Combine("lower"), WhiteoutHandling.Remove, default);
        Assert.Equal(Trees.Describe(_directory.Combine("expected")), Trees.Describe(_directory.Combine("lower")));

        // As an overlay layer it is the upper directory again.
        var applied = Directory.CreateDirectory(_directory.Combine("applied")).FullName;
        await using (var blob = _store.OpenRead(layer.Descriptor.Digest))
            await LayerReader.ApplyAsync(blob, applied, WhiteoutHandling.Overlay, default);
        Trees.Shell(_directory.Path, "find upper applied -type c -exec touch -h -d @0 {} +; rm -rf work; touch -r upper/r applied/r; touch -r upper/d applied/d");
        Assert.Equal(WithoutKernelNotes(Trees.Describe(_directory.Combine("upper"))), WithoutKernelNotes(Trees.Describe(applied)));
    }

    // Overlayfs notes where a copied-up file came from; that is about this very upper directory.
    private static string WithoutKernelNotes(string tree) =>
        System.Text.RegularExpressions.Regex.Replace(tree, " trusted\\.overlay\\.(origin|impure|uuid)=[0-9A-F]*", "");

    private string MakeTree(string more)
    {
        var source = Directory.CreateDirectory(_directory.Combine("source")).FullName;
        Trees.Shell(source, $"""
            mkdir -p dir/deep/er sticky empty $(printf 'd%.0s' $(seq 120))/$(printf 'e%.0s' $(seq 120))
            echo file > file; echo tool > tool; echo suid > suid; echo big > big; echo old > old; : > nothing; chmod 600 file; chmod 755 tool
            head -c 300000 /dev/urandom > dir/data; ln dir/data dir/deep/er/same; ln -s ../file dir/link; ln -s /absolute/nowhere link; mkfifo pipe
            echo u > 'ünïcödé ☃'; echo l > $(printf 'd%.0s' $(seq 120))/$(printf 'e%.0s' $(seq 120))/$(printf 'f%.0s' $(seq 250))
            ln -s $(printf 't%.0s' $(seq 180)) longlink
            {more}
            """);
        return source;
    }

    private async Task<string> Unpack(Layer layer)
    {
        var target = Directory.CreateDirectory(_directory.Combine("target")).FullName;
        await using var blob = _store.OpenRead(layer.Descriptor.Digest);
        Assert.Equal(layer.DiffId, await LayerReader.ApplyAsync(blob, target, WhiteoutHandling.Remove, default));
        return target;
    }

    private async Task AssertRoundTrip(string source, Layer layer) =>
        Assert.Equal(Trees.Describe(source), Trees.Describe(await Unpack(layer)));

    private Digest DiffIdByOthers(Layer layer)
    {
        var sum = Trees.Run("/bin/sh", "-c", $"gzip -dc '{_store.PathOf(layer.Descriptor.Digest)}' | sha256sum");
        return Digest.Parse($"sha256:{sum.Split(' ')[0]}");
    }
}
