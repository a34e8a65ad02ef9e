using System.Text;
using Paas.Images.Compression;
using Paas.Images.Layers;
using Paas.Linux;
using Paas.Testing;

namespace Paas.Images.Tests.Layers;

/// <summary>Random trees and damaged archives. Each case prints its seed, which makes it again.</summary>
public sealed class LayerPropertyTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose()
    {
        Trees.Shell("/", $"rm -rf '{_directory.Path}'");
        _directory.Dispose();
    }

    [Fact]
    public async Task Any_tree_comes_out_as_it_went_in()
    {
        var store = new ContentStore(_directory.Combine("store"));
        for (var seed = 1; seed <= 40; seed++)
        {
            var random = new Random(seed);
            var source = Directory.CreateDirectory(_directory.Combine($"src-{seed}")).FullName;
            Grow(source, random, depth: 3);
            var options = new LayerOptions { ModifiedAt = null, Compression = (LayerCompression)(seed % 3) };
            var layer = await LayerWriter.WriteDirectoryAsync(store, source, options, default);
            var target = Directory.CreateDirectory(_directory.Combine($"target-{seed}")).FullName;
            await using var blob = store.OpenRead(layer.Descriptor.Digest);
            Assert.Equal(layer.DiffId, await LayerReader.ApplyAsync(blob, target, WhiteoutHandling.Remove, default));
            Assert.True(Trees.Describe(source) == Trees.Describe(target), $"seed {seed}");
        }
    }

    [Fact]
    public async Task A_damaged_archive_is_applied_or_refused_and_nothing_is_written_outside()
    {
        var seeds = Environment.GetEnvironmentVariable("PAAS_SOAK") is null ? 1500 : 100_000;
        var archives = Archives();
        File.WriteAllText(_directory.Combine("victim"), "untouched");
        var outside = Trees.Run("/bin/ls", "-la", "--time-style=full-iso", _directory.Path);
        for (var seed = 0; seed < seeds; seed++)
        {
            var random = new Random(seed);
            var archive = Damage(archives[seed % archives.Count], random);
            var root = _directory.Combine("root");
            try
            {
                // A size that is a lie must not be waited for.
                var limits = new LayerLimits { MaximumBytes = 64 << 20 };
                await LayerReader.ApplyAsync(new MemoryStream(archive), root, (WhiteoutHandling)(seed % 2), [], limits, default);
            }
            catch (Exception error) when (error is LayerFormatException or LinuxException)
            {
                Assert.NotEqual("", error.Message);
            }
            catch (Exception error)
            {
                Assert.Fail($"seed {seed}: {error}");
            }

            Assert.True(File.ReadAllText(_directory.Combine("victim")) == "untouched", $"seed {seed}");
            if (seed % 50 == 0) Trees.Clear(root);
        }

        Trees.Clear(_directory.Combine("root"));
        Assert.Equal(Names(outside), Names(Trees.Run("/bin/ls", "-la", "--time-style=full-iso", _directory.Path)));
    }

    private static IEnumerable<string> Names(string listing) => listing.Split('\n').Select(line => line.Split(' ')[^1]);

    private List<byte[]> Archives()
    {
        Trees.Shell(_directory.Path, $"""
            mkdir root src; cd src
            mkdir -p dir/sub opq; echo x > dir/file; ln dir/file hard; ln -s ../victim up; ln -s /tmp abs; : > .wh.gone; : > opq/.wh..wh..opq; mkfifo pipe
            truncate -s 1M sparse; printf x | dd of=sparse bs=1 seek=500000 conv=notrunc status=none; echo y > {new string('n', 150)}
            cd ..
            tar -C src --format=gnu --sparse -cf a1 .; tar -C src --format=posix --sparse -cf a2 .; tar -C src --format=ustar -cf a3 dir hard up abs
            tar -C src --format=posix --sparse --sparse-version=0.1 -cf a4 .; gzip < a2 > a5; zstd -q < a1 > a6; bsdtar -C src -cf a7 .
            """);
        var archives = Enumerable.Range(1, 7).Select(number => File.ReadAllBytes(_directory.Combine($"a{number}"))).ToList();
        Trees.Shell(_directory.Path, "rm -rf a? src");
        return archives;
    }

    private static byte[] Damage(byte[] whole, Random random)
    {
        var archive = (byte[])whole.Clone();
        for (var changes = random.Next(1, 6); changes > 0; changes--)
        {
            // What is compressed has no headers to aim at.
            var isTar = archive.Length >= 2048;
            var block = isTar ? random.Next(archive.Length / 512) * 512 : 0;
            switch (isTar ? random.Next(6) : random.Next(2) * 5)
            {
                case 0:
                    archive[random.Next(archive.Length)] = (byte)random.Next(256);
                    break;
                case 1:
                    "../victim"u8.CopyTo(archive.AsSpan(block));
                    break;
                case 2:
                    "up"u8.CopyTo(archive.AsSpan(block + 157));
                    break;
                case 3:
                    archive[block + 156] = (byte)"01234567xgLKSV"[random.Next(14)];
                    break;
                case 4:
                    Encoding.ASCII.GetBytes(Convert.ToString(random.NextInt64(1L << random.Next(33)), 8).PadLeft(11, '0')).CopyTo(archive.AsSpan(block + 124));
                    break;
                default:
                    archive = archive[..random.Next(archive.Length / 2, archive.Length)];
                    break;
            }

            // With a checksum that is right the change is met where it matters.
            if (block + 512 <= archive.Length && archive.AsSpan(block + 257).StartsWith("ustar"u8)) Sum(archive.AsSpan(block, 512));
        }

        return archive;
    }

    private static void Sum(Span<byte> header)
    {
        header[148..156].Fill((byte)' ');
        var sum = 0;
        foreach (var value in header) sum += value;
        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(header[148..]);
    }

    private static void Grow(string directory, Random random, int depth)
    {
        var files = new List<string>();
        for (var count = random.Next(8); count > 0; count--)
        {
            var path = Path.Combine(directory, Name(random));
            if (Path.Exists(path)) continue;
            switch (random.Next(7))
            {
                case 0 when depth > 0:
                    Directory.CreateDirectory(path);
                    Grow(path, random, depth - 1);
                    break;
                case 1:
                    File.CreateSymbolicLink(path, Name(random) + "/../" + Name(random));
                    break;
                case 2 when files.Count > 0:
                    Trees.Run("/bin/ln", files[random.Next(files.Count)], path);
                    continue;
                default:
                    var content = new byte[random.Next(4) * random.Next(700_000) / 3];
                    random.NextBytes(content);
                    File.WriteAllBytes(path, content);
                    File.SetUnixFileMode(path, (UnixFileMode)random.Next(0x200));
                    if (random.Next(3) == 0) ExtendedAttributes.Set(path, "user.note", content.AsSpan(0, int.Min(content.Length, 40)));
                    files.Add(path);
                    break;
            }

            if (random.Next(2) == 0) Trees.Run("/bin/touch", "-h", "-d", $"@{random.Next(-1_000_000_000, int.MaxValue)}.{random.Next(1_000_000_000):000000000}", path);
        }
    }

    private static string Name(Random random)
    {
        var name = new StringBuilder();
        for (var length = random.Next(1, random.Next(2, 120)); length > 0; length--) name.Append("abcXYZ019 _-+=,.ü€ñ\n\\'\""[random.Next(23)]);
        return name.ToString() is "." or ".." ? "dots" : name.ToString();
    }
}
