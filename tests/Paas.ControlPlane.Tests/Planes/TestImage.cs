using System.Formats.Tar;
using System.Security.Cryptography;
using Paas.Images;
using Paas.Images.Layers;
using Paas.Oci;
using Paas.Oci.Images;

namespace Paas.ControlPlane.Tests.Planes;

/// <summary>Real images, of one file that nobody else has.</summary>
internal static class TestImage
{
    internal static async Task<Layer> LayerAsync(ContentStore content, int size)
    {
        using var tar = new MemoryStream();
        await using (var writer = new TarWriter(tar, TarEntryFormat.Pax, leaveOpen: true))
        {
            await writer.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, "file") { DataStream = new MemoryStream(RandomNumberGenerator.GetBytes(size)) });
        }

        var diffId = Digest.Compute(tar.GetBuffer().AsSpan(0, (int)tar.Length));
        tar.Position = 0;
        return new Layer(await content.WriteAsync(tar, MediaTypes.Layer, diffId, default), diffId);
    }

    internal static async Task<Image> MakeAsync(ImageStore images, int size, params string[] command)
    {
        var builder = ImageBuilder.From(images, null).AddLayer(await LayerAsync(images.Content, size), "test");
        builder.Command = command;
        return await builder.CommitAsync(default);
    }
}
