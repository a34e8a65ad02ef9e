using System.Formats.Tar;
using System.Security.Cryptography;
using Paas.Images.Layers;
using Paas.Images.Snapshots;
using Paas.Oci;
using Paas.Oci.Images;

namespace Paas.Images.Tests;

/// <summary>Small real images of plain files, so that neither root nor other programs are needed to make them.</summary>
internal static class TestImages
{
    public static ImageStore Open(string root) => new(new ContentStore(Path.Combine(root, "content")), new Snapshotter(Path.Combine(root, "snapshots")));

    /// <summary>A layer with one file of these bytes, its content the same for the same name.</summary>
    public static async Task<Layer> LayerAsync(ContentStore content, string name, int size)
    {
        using var tar = new MemoryStream();
        await using (var writer = new TarWriter(tar, TarEntryFormat.Pax, leaveOpen: true))
        {
            var bytes = new byte[size];
            new Random(StableHash(name)).NextBytes(bytes);
            await writer.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(bytes), ModificationTime = DateTimeOffset.UnixEpoch });
        }

        var diffId = Digest.Compute(tar.ToArray());
        tar.Position = 0;
        return new Layer(await content.WriteAsync(tar, MediaTypes.Layer, diffId, default), diffId);
    }

    public static async Task<Image> ImageAsync(ImageStore store, params IEnumerable<Layer> layers)
    {
        var builder = ImageBuilder.From(store, null);
        foreach (var layer in layers) builder.AddLayer(layer, "test");
        builder.Command = ["true"];
        return await builder.CommitAsync(default);
    }

    private static int StableHash(string text) => BitConverter.ToInt32(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)));
}
