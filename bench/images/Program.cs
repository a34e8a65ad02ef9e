using System.Diagnostics;
using System.Globalization;
using Paas.Images;
using Paas.Images.Archives;
using Paas.Images.Compression;
using Paas.Images.Layers;
using Paas.Images.Snapshots;
using Paas.Oci;

// What bench/images/run measures: one operation per process, its seconds on standard output.
var clock = new Stopwatch();
switch (args)
{
    case ["import", var archive, var root]:
    {
        var images = Open(root);
        await using var input = File.OpenRead(archive);
        await new ImageImport(images).ReadAsync(input, Reference.Parse("bench:1"), null, LayerLimits.Default, default);
        break;
    }

    case ["unpack", var root]:
    {
        var images = Open(root);
        var image = await images.FindAsync("docker.io/library/bench:1", default) ?? throw new InvalidOperationException("import first");
        clock.Start();
        await images.UnpackAsync(image, default);
        break;
    }

    case ["pack", var directory, var compression, var root]:
    {
        var store = new ContentStore(root);
        clock.Start();
        await LayerWriter.WriteDirectoryAsync(store, directory, new LayerOptions { Compression = Enum.Parse<LayerCompression>(compression, ignoreCase: true) }, default);
        break;
    }

    default:
        Console.Error.WriteLine("import ARCHIVE ROOT | unpack ROOT | pack DIRECTORY gzip|zstd|none ROOT");
        return 2;
}

Console.WriteLine(clock.Elapsed.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture));
return 0;

static ImageStore Open(string root) => new(new ContentStore(root), new Snapshotter(Path.Combine(root, "snapshots")));
