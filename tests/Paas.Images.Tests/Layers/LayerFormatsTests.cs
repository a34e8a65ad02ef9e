using Paas.Images.Compression;
using Paas.Images.Layers;
using Paas.Linux;
using Paas.Oci;
using Paas.Testing;

namespace Paas.Images.Tests.Layers;

/// <summary>Layers as GNU tar, bsdtar, Python and the compressors make them.</summary>
public sealed class LayerFormatsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public LayerFormatsTests() => Directory.CreateDirectory(_directory.Combine("src"));

    public void Dispose()
    {
        Trees.Clear(_directory.Path);
        _directory.Dispose();
    }

    public static TheoryData<string> Archivers { get; } =
    [
        "tar -C src --format=gnu -cf layer .",
        "tar -C src --format=pax -cf layer .",
        "tar -C src --format=posix --sparse --sparse-version=0.0 -cf layer .",
        "tar -C src --format=posix --sparse --sparse-version=0.1 -cf layer .",
        "tar -C src --format=posix --sparse --sparse-version=1.0 -cf layer .",
        "tar -C src --format=gnu --sparse -cf layer .",
        "tar -C src --format=oldgnu --sparse -cf layer .",
        "bsdtar -C src --format=pax -cf layer .",
        "bsdtar -C src --format=gnutar -cf layer .",
        "bsdtar -C src --format=pax --read-sparse -cf layer .",
        "python3 -c \"import tarfile; t = tarfile.open('layer', 'w', format=tarfile.PAX_FORMAT); t.add('src', arcname='.'); t.close()\"",
        "python3 -c \"import tarfile; t = tarfile.open('layer', 'w', format=tarfile.GNU_FORMAT); t.add('src', arcname='.'); t.close()\"",
        "tar -C src --format=pax -c . | gzip -9 > layer",
        "tar -C src --format=pax -c . | zstd -q -19 > layer",
        "(tar -C src --format=pax -c . | head -c 5000 | gzip; tar -C src --format=pax -c . | tail -c +5001 | gzip) > layer",
        "(printf '\\123\\052\\115\\030\\004\\000\\000\\000skip'; tar -C src --format=pax -c . | head -c 5000 | zstd -q; tar -C src --format=pax -c . | tail -c +5001 | zstd -q) > layer",
    ];

    [Theory]
    [MemberData(nameof(Archivers))]
    public async Task What_others_pack_is_unpacked_as_it_was(string archiver)
    {
        var longest = string.Join('/', Enumerable.Repeat(new string('d', 90), 4));
        Trees.Shell(_directory.Path, $"""
            cd src
            mkdir -p {longest} empty; echo deep > {longest}/{new string('f', 200)}; ln -s {longest}/{new string('t', 180)} long-link
            echo x > file; ln file hard; ln -s file soft; mkfifo pipe; : > nothing
            truncate -s 3M sparse; printf head | dd of=sparse conv=notrunc status=none; printf tail | dd of=sparse bs=1 seek=2000000 conv=notrunc status=none
            truncate -s 1M hole; head -c 300000 /dev/urandom > full; printf end | dd of=tailed bs=1 seek=500000 conv=notrunc status=none
            i=0; while [ $i -lt 40 ]; do printf x | dd of=many bs=1 seek=$((i * 65536)) conv=notrunc status=none; i=$((i + 1)); done
            touch -d '2020-02-03 04:05:06 UTC' file soft; touch -d '{(archiver.StartsWith("bsdtar", StringComparison.Ordinal) ? 1971 : 1961)}-12-31 23:00:00 UTC' nothing; chmod 4711 full; chmod 1777 empty
            """);
        // bsdtar itself loses times before 1970.
        Trees.Shell(_directory.Path, archiver);
        var target = Directory.CreateDirectory(_directory.Combine("target")).FullName;
        await using var layer = File.OpenRead(_directory.Combine("layer"));
        var diffId = await LayerReader.ApplyAsync(layer, target, WhiteoutHandling.Remove, default);
        Assert.Equal(Trees.Describe(_directory.Combine("src")), Trees.Describe(target));
        Trees.Shell(_directory.Path, "case $(head -c 2 layer | od -An -tx1) in ' 1f 8b') gzip -dc < layer;; ' 28 b5'|' 53 2a') zstd -dcq < layer;; *) cat layer;; esac > plain");
        await using var plain = File.OpenRead(_directory.Combine("plain"));
        Assert.Equal(Digest.Compute(plain), diffId);
        if (archiver.Contains("sparse", StringComparison.Ordinal)) Assert.Equal("0", Trees.Run("stat", "-c", "%b", Path.Combine(target, "hole")).Trim());
    }

    [Theory]
    [InlineData("tar -C src --format=pax -cf layer .", "-1.25")]
    [InlineData("tar -C src --format=pax -cf layer .", "-9999999999.000000001")]
    [InlineData("bsdtar -C src --format=pax -cf layer .", "99999999999.5")]
    public async Task Times_are_kept_to_the_nanosecond_both_ways(string archiver, string time)
    {
        Trees.Shell(_directory.Path, $"cd src; echo x > a; mkdir d; ln -s a l; touch -d @1600000000.123456789 a; touch -d @{time} d; touch -h -d @0.000000001 l");
        Trees.Shell(_directory.Path, archiver);
        Directory.CreateDirectory(_directory.Combine("theirs"));
        await using (var layer = File.OpenRead(_directory.Combine("layer"))) await LayerReader.ApplyAsync(layer, _directory.Combine("theirs"), WhiteoutHandling.Remove, default);
        Assert.Equal(Times("src"), Times("theirs"));

        var store = new ContentStore(_directory.Combine("store"));
        var ours = await LayerWriter.WriteDirectoryAsync(store, _directory.Combine("src"), new LayerOptions { ModifiedAt = null, Compression = LayerCompression.Zstd }, default);
        Trees.Shell(_directory.Path, $"mkdir ours; zstd -dcq < {store.PathOf(ours.Descriptor.Digest)} | tar -C ours -x");
        Assert.Equal(Times("src"), Times("ours"));
    }

    [Theory]
    [InlineData(LayerCompression.None, "application/vnd.oci.image.layer.v1.tar", "cat")]
    [InlineData(LayerCompression.Gzip, "application/vnd.oci.image.layer.v1.tar+gzip", "gzip -dc")]
    [InlineData(LayerCompression.Zstd, "application/vnd.oci.image.layer.v1.tar+zstd", "zstd -dcq")]
    public async Task What_we_pack_others_unpack_and_it_is_the_same_each_time(LayerCompression compression, string mediaType, string program)
    {
        Trees.Shell(_directory.Path, "head -c 3000000 /dev/urandom > src/random; head -c 5000000 /dev/zero > src/zeros; : > src/empty");
        var store = new ContentStore(_directory.Combine("store"));
        var options = new LayerOptions { Compression = compression };
        var layer = await LayerWriter.WriteDirectoryAsync(store, _directory.Combine("src"), options, default);
        Assert.Equal(mediaType, layer.Descriptor.MediaType);
        Assert.Equal(layer, await LayerWriter.WriteDirectoryAsync(store, _directory.Combine("src"), options, default));
        Trees.Shell(_directory.Path, $"mkdir out; {program} < {store.PathOf(layer.Descriptor.Digest)} | tar -C out -x; diff -r src out");
        Assert.Equal($"{layer.DiffId}", $"sha256:{Trees.Run("/bin/sh", "-c", $"{program} < {store.PathOf(layer.Descriptor.Digest)} | sha256sum")[..64]}");
    }

    [Theory]
    [InlineData("gzip -9")]
    [InlineData("zstd -q -19")]
    public async Task A_bomb_is_refused_before_it_fills_the_disk(string compressor)
    {
        Trees.Shell(_directory.Path, $"cd src; for i in $(seq 100); do truncate -s 3M zeros$i; done; cd ..; tar -C src -c . | {compressor} > layer");
        var limits = new LayerLimits { UnquestionedBytes = 1 << 20, MaximumRatio = 100 };
        Assert.Contains("100 times its size", (await RefusedAsync(limits)).Message, StringComparison.Ordinal);
        Assert.Contains("more than 8 MiB", (await RefusedAsync(new LayerLimits { MaximumBytes = 8 << 20 })).Message, StringComparison.Ordinal);
        Assert.True(new DirectoryInfo(_directory.Combine("target")).EnumerateFiles().Sum(file => file.Length) <= 8 << 20);
    }

    [Fact]
    public async Task A_file_of_holes_larger_than_allowed_is_refused()
    {
        Trees.Shell(_directory.Path, "truncate -s 100G src/holes; tar -C src --sparse -cf layer .");
        Assert.Contains("is the limit", (await RefusedAsync(new LayerLimits { MaximumBytes = 1 << 30 })).Message, StringComparison.Ordinal);
        Assert.Contains("more than 1 entries", (await RefusedAsync(new LayerLimits { MaximumEntries = 1 })).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("zstd -q")]
    [InlineData("cat")]
    public async Task A_layer_that_ends_too_early_is_refused_wherever_it_ends(string compressor)
    {
        Trees.Shell(_directory.Path, $"head -c 20000 /dev/urandom > src/f; tar -C src -c f | {compressor} > whole");
        var whole = File.ReadAllBytes(_directory.Combine("whole"));
        // Past the file's last block a plain tar lacks only zeros, which no reader asks for.
        var last = compressor == "cat" ? 512 + 20000 : whole.Length - 9;
        for (var length = 1; length < last; length += 997)
        {
            File.WriteAllBytes(_directory.Combine("layer"), whole[..length]);
            await RefusedAsync(LayerLimits.Default);
        }
    }

    private async Task<LayerFormatException> RefusedAsync(LayerLimits limits)
    {
        Trees.Clear(_directory.Combine("target"));
        await using var layer = File.OpenRead(_directory.Combine("layer"));
        return await Assert.ThrowsAsync<LayerFormatException>(() => LayerReader.ApplyAsync(layer, _directory.Combine("target"), WhiteoutHandling.Remove, [], limits, default));
    }

    private string Times(string tree) => string.Join('\n', ((string[])["a", "d", "l"]).Select(name => Files.Status(_directory.Combine(tree, name))).Select(status => $"{status.ModifiedSeconds}.{status.ModifiedNanoseconds}"));
}
