using System.Text.Json;
using Paas.Images.Tar;
using Paas.Oci;
using Paas.Oci.Images;

namespace Paas.Images.Archives;

/// <summary>Writes images as archives that <c>docker load</c>, <c>podman load</c>, skopeo and umoci take. The same image gives the same bytes.</summary>
public static class ImageExport
{
    /// <summary>The annotation in which containerd and newer Docker keep the full name.</summary>
    internal const string NameAnnotation = "io.containerd.image.name";

    private const int BufferSize = 256 * 1024;

    /// <summary>Writes one image.</summary>
    /// <param name="images">Where it is.</param>
    /// <param name="image">Whole in the content store.</param>
    /// <param name="names">Normalised references it is to have; none leaves it without.</param>
    /// <param name="format">Which.</param>
    /// <param name="output">Written forward only; not closed.</param>
    /// <param name="cancellationToken">Ends it in the middle.</param>
    /// <exception cref="ContentNotFoundException">A layer is missing; nothing has been written then.</exception>
    public static async Task WriteAsync(
        ImageStore images, Image image, IReadOnlyList<Reference> names, ArchiveFormat format, Stream output, CancellationToken cancellationToken)
    {
        using var lease = images.Content.Lease();
        var manifest = await images.Content.ReadAsync(image.Digest, cancellationToken);
        var config = await images.Content.ReadAsync(image.Manifest.Config.Digest, cancellationToken);
        var origin = OriginIndex.Find(images.Content, image.Digest);
        var missing = image.Manifest.Layers.FirstOrDefault(layer => !images.Content.Contains(layer.Digest));
        if (missing is not null) throw new ContentNotFoundException(missing.Digest);
        await Task.Run(() => Write(images.Content, image with { Descriptor = OriginIndex.With(image.Descriptor, origin) }, names, format, manifest, config, output, cancellationToken), cancellationToken);
    }

    private static void Write(
        ContentStore store, Image image, IReadOnlyList<Reference> names, ArchiveFormat format, byte[] manifest, byte[] config, Stream output, CancellationToken cancellationToken)
    {
        using var buffered = new BufferedStream(output, BufferSize);
        var tar = new TarWriter(buffered);
        WriteDirectories(tar, image);
        var blobs = new Dictionary<Digest, byte[]?> { [image.Digest] = manifest, [image.Manifest.Config.Digest] = config };
        foreach (var layer in image.Manifest.Layers) blobs.TryAdd(layer.Digest, null);
        if (OriginIndex.Of(image.Descriptor) is { } origin) blobs.TryAdd(origin, null);
        foreach (var (digest, content) in blobs.OrderBy(blob => $"{blob.Key}", StringComparer.Ordinal))
        {
            if (content is not null) WriteFile(tar, BlobPath(digest), content);
            else CopyBlob(tar, store, digest, cancellationToken);
        }

        WriteFile(tar, ImageLayout.IndexFileName, ImageDocuments.Serialize(Index(image, names)));
        if (format == ArchiveFormat.Docker) WriteFile(tar, DockerArchiveImage.FileName, DockerManifest(image, names));
        WriteFile(tar, ImageLayout.FileName, ImageDocuments.Serialize(new ImageLayout { ImageLayoutVersion = ImageLayout.Version }));
        tar.End();
        buffered.Flush();
    }

    private static string BlobPath(Digest digest) => $"blobs/{digest.Algorithm}/{digest.Hex}";

    private static void WriteDirectories(TarWriter tar, Image image)
    {
        var algorithms = image.Manifest.Layers.Append(image.Manifest.Config).Append(image.Descriptor).Select(blob => blob.Digest.Algorithm).Distinct().Order(StringComparer.Ordinal);
        foreach (var name in algorithms.Select(algorithm => $"blobs/{algorithm}/").Prepend("blobs/"))
            tar.Begin(new TarEntry { Name = name, Kind = TarEntryKind.Directory, Mode = 0x1ed });
    }

    private static ImageIndex Index(Image image, IReadOnlyList<Reference> names)
    {
        Descriptor Named(Reference name) => image.Descriptor with
        {
            // skopeo and umoci take the tag, containerd and podman the full name.
            Annotations = new SortedDictionary<string, string>(image.Descriptor.Annotations?.ToDictionary() ?? [], StringComparer.Ordinal) { [NameAnnotation] = $"{name}", [ImageLayout.ReferenceAnnotation] = name.Tag ?? $"{name}" },
        };
        IReadOnlyList<Descriptor> manifests = names.Count == 0 ? [image.Descriptor] : [.. names.Select(Named)];
        return new ImageIndex { SchemaVersion = 2, MediaType = MediaTypes.Index, Manifests = manifests };
    }

    private static byte[] DockerManifest(Image image, IReadOnlyList<Reference> names)
    {
        var tags = names.Where(name => name.Tag is not null).Select(Familiar).ToList();
        IReadOnlyList<DockerArchiveImage> document =
            [new DockerArchiveImage(BlobPath(image.Manifest.Config.Digest), tags, [.. image.Manifest.Layers.Select(layer => BlobPath(layer.Digest))])];
        return JsonSerializer.SerializeToUtf8Bytes(document, DockerArchiveJsonContext.Default.IReadOnlyListDockerArchiveImage);
    }

    // docker load and podman load take the short names of Docker Hub only.
    private static string Familiar(Reference name)
    {
        var text = $"{name}";
        foreach (var prefix in (string[])[$"{Reference.DefaultDomain}/library/", $"{Reference.DefaultDomain}/"])
        {
            if (text.StartsWith(prefix, StringComparison.Ordinal)) return text[prefix.Length..];
        }

        return text;
    }

    private static void WriteFile(TarWriter tar, string name, byte[] content)
    {
        tar.Begin(new TarEntry { Name = name, Kind = TarEntryKind.File, Mode = 0x1a4, Size = content.Length });
        tar.Write(content);
    }

    private static void CopyBlob(TarWriter tar, ContentStore store, Digest digest, CancellationToken cancellationToken)
    {
        using var blob = store.OpenRead(digest);
        tar.Begin(new TarEntry { Name = BlobPath(digest), Kind = TarEntryKind.File, Mode = 0x1a4, Size = blob.Length });
        var buffer = GC.AllocateUninitializedArray<byte>(BufferSize);
        while (blob.Read(buffer) is var read and > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            tar.Write(buffer.AsSpan(0, read));
        }
    }
}
