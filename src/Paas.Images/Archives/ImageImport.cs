using System.Text.Json;
using Paas.Images.Compression;
using Paas.Images.Layers;
using Paas.Oci;
using Paas.Oci.Images;

namespace Paas.Images.Archives;

/// <summary>An image that came out of an archive.</summary>
/// <param name="Image">Whole in the content store.</param>
/// <param name="Names">Normalised references that name it now.</param>
public sealed record ImportedImage(Image Image, IReadOnlyList<Reference> Names)
{
    /// <summary>The index that it was chosen from, in the store; null where there was none.</summary>
    public Digest? Index { get; init; }
}

/// <summary>
/// Reads archives: OCI layouts, and what <c>docker save</c> has made in all its versions, with one image or several. Manifests
/// that the archive has stay byte for byte what they are.
/// </summary>
public sealed class ImageImport(ImageStore images)
{
    /// <summary>Takes an archive's images for this platform into the store and names them.</summary>
    /// <param name="archive">A tar, plain, gzip or zstd; read forward only.</param>
    /// <param name="name">Names the image in place of what the archive says; needed where it says nothing.</param>
    /// <param name="platform">Which image of an index; null is this host's.</param>
    /// <param name="limits">How far the archive is trusted with the disk.</param>
    /// <param name="cancellationToken">Ends it; nothing is named then.</param>
    /// <exception cref="ArchiveFormatException">Why it cannot be used; nothing is named then.</exception>
    public async Task<IReadOnlyList<ImportedImage>> ReadAsync(
        Stream archive, Reference? name, Platform? platform, LayerLimits limits, CancellationToken cancellationToken)
    {
        using var lease = images.Content.Lease();
        var files = await Task.Run(() => ArchiveFiles.Read(archive, images.Content, limits, cancellationToken), cancellationToken);
        try
        {
            var found = await FindAsync(files, platform ?? Platform.Current, cancellationToken);
            return Name(found, name?.Normalize());
        }
        catch (Exception error) when (error is OciFormatException or JsonException)
        {
            throw new ArchiveFormatException($"the archive cannot be used: {error.Message}", error);
        }
        catch (ContentNotFoundException error)
        {
            throw new ArchiveFormatException($"the archive is not whole: {error.Digest} is missing", error);
        }
    }

    private async Task<IReadOnlyList<ImportedImage>> FindAsync(ArchiveFiles files, Platform platform, CancellationToken cancellationToken)
    {
        if (files.Find(ImageLayout.FileName) is { } layout && files.Find(ImageLayout.IndexFileName) is { } index)
        {
            ImageDocuments.ParseLayout(await images.Content.ReadAsync(layout, cancellationToken));
            return await LayoutAsync(ImageDocuments.ParseIndex(await images.Content.ReadAsync(index, cancellationToken)), platform, cancellationToken);
        }

        if (files.Find(DockerArchiveImage.FileName) is { } manifest)
        {
            var entries = JsonSerializer.Deserialize(await images.Content.ReadAsync(manifest, cancellationToken), DockerArchiveJsonContext.Default.IReadOnlyListDockerArchiveImage);
            var found = new List<ImportedImage>();
            foreach (var entry in entries ?? []) found.Add(await DockerAsync(files, entry, cancellationToken));
            return found;
        }

        throw new ArchiveFormatException(
            $"the archive is no image: it has neither {ImageLayout.IndexFileName} with {ImageLayout.FileName} (OCI) nor {DockerArchiveImage.FileName} (docker save)");
    }

    private async Task<IReadOnlyList<ImportedImage>> LayoutAsync(ImageIndex index, Platform platform, CancellationToken cancellationToken)
    {
        // Manifests for several platforms without names are one image; with names, each is its own.
        var isOneImage = index.Manifests.Count > 1 && index.Manifests.All(manifest => NameOf(manifest) is null);
        IReadOnlyList<Descriptor> chosen = isOneImage ? [PlatformChoice.Choose(index, platform)] : index.Manifests;
        var found = new Dictionary<Digest, ImportedImage>();
        foreach (var descriptor in chosen)
        {
            var (image, origin) = await LoadAsync(descriptor, platform, null, cancellationToken);
            IReadOnlyList<Reference> names = NameOf(descriptor) is { } name ? [name] : [];
            found[image.Digest] = new ImportedImage(image, [.. found.GetValueOrDefault(image.Digest)?.Names ?? [], .. names]) { Index = origin };
        }

        return [.. found.Values];
    }

    private async Task<(Image Image, Digest? Index)> LoadAsync(Descriptor descriptor, Platform platform, Digest? origin, CancellationToken cancellationToken)
    {
        var json = await images.Content.ReadAsync(descriptor.Digest, cancellationToken);
        if (ImageDocuments.IsIndex(json)) return await LoadAsync(PlatformChoice.Choose(ImageDocuments.ParseIndex(json), platform), platform, descriptor.Digest, cancellationToken);
        var image = await images.LoadAsync(descriptor.Digest, cancellationToken);
        var missing = image.Manifest.Layers.FirstOrDefault(layer => !images.Content.Contains(layer.Digest));
        if (missing is not null) throw new ContentNotFoundException(missing.Digest);
        // Our own exports say it, though their names are the manifest's.
        return (image, origin ?? (OriginIndex.Of(descriptor) is { } said && images.Content.Contains(said) ? said : null));
    }

    private async Task<ImportedImage> DockerAsync(ArchiveFiles files, DockerArchiveImage entry, CancellationToken cancellationToken)
    {
        Digest Content(string path) => files.Find(path) ?? throw new ArchiveFormatException($"the archive is not whole: '{path}' is missing");
        var configDigest = Content(entry.Config);
        var config = ImageDocuments.ParseConfig(await images.Content.ReadAsync(configDigest, cancellationToken));
        var layers = (entry.Layers ?? []).Select(Content).Select(Layer).ToList();
        if (layers.Count != config.Rootfs.DiffIds.Count)
            throw new ArchiveFormatException($"'{entry.Config}' of the archive has {config.Rootfs.DiffIds.Count} layers, but {layers.Count} are given");
        for (var i = 0; i < layers.Count; i++)
        {
            if (layers[i].MediaType == MediaTypes.Layer && layers[i].Digest != config.Rootfs.DiffIds[i])
                throw new ArchiveFormatException($"'{entry.Layers![i]}' of the archive is not the layer {config.Rootfs.DiffIds[i]}");
        }

        var manifest = new ImageManifest
        {
            SchemaVersion = 2,
            MediaType = MediaTypes.Manifest,
            Config = new Descriptor { MediaType = MediaTypes.Config, Digest = configDigest, Size = SizeOf(configDigest) },
            Layers = layers,
        };
        var descriptor = await images.Content.WriteAsync(ImageDocuments.Serialize(manifest), MediaTypes.Manifest, cancellationToken);
        var names = (entry.RepoTags ?? []).Select(tag => Reference.TryParse(tag, out var name) ? name.Normalize() : throw new ArchiveFormatException($"the archive names an image '{tag}', which is no reference"));
        return new ImportedImage(await images.LoadAsync(descriptor.Digest, cancellationToken), [.. names]);
    }

    private Descriptor Layer(Digest digest)
    {
        using var blob = images.Content.OpenRead(digest);
        var magic = new byte[LayerCompressions.MagicLength];
        blob.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false);
        return new Descriptor { MediaType = LayerCompressions.MediaType(LayerCompressions.Detect(magic)), Digest = digest, Size = blob.Length };
    }

    private long SizeOf(Digest digest) => images.Content.SizeOf(digest) ?? throw new ContentNotFoundException(digest);

    // A bare tag, as skopeo and umoci write it into a layout, has no repository to belong to.
    private static Reference? NameOf(Descriptor descriptor)
    {
        if (descriptor.Annotations is not { } annotations) return null;
        var text = annotations.GetValueOrDefault(ImageExport.NameAnnotation) ?? annotations.GetValueOrDefault(ImageLayout.ReferenceAnnotation);
        return text is not null && text.AsSpan().ContainsAny('/', ':') && Reference.TryParse(text, out var name) ? name.Normalize() : null;
    }

    private IReadOnlyList<ImportedImage> Name(IReadOnlyList<ImportedImage> found, Reference? name)
    {
        if (found.Count == 0) throw new ArchiveFormatException("the archive has no image");
        if (name is not null)
        {
            if (found.Count > 1) throw new ArchiveFormatException($"the archive has {found.Count} images, which cannot all be {name}");
            found = [found[0] with { Names = [name] }];
        }

        if (found.Any(image => image.Names.Count == 0)) throw new ArchiveFormatException("the archive does not name its image; give it a name with --tag");
        foreach (var image in found)
        {
            foreach (var reference in image.Names) images.Content.SetReference($"{reference}", OriginIndex.With(image.Image.Descriptor, image.Index));
        }

        return found;
    }
}
