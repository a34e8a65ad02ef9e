using System.Collections.Concurrent;
using Paas.Oci;
using Paas.Oci.Images;

namespace Paas.Images.Remote;

/// <summary>Brings images from registries into the content store. Safe for concurrent use: a blob that two pulls need comes once.</summary>
/// <param name="images">Receives them.</param>
/// <param name="client">Fetches them.</param>
/// <param name="reserve">What they leave free on the disk; null takes the usual part of it.</param>
public sealed class ImagePuller(ImageStore images, RegistryClient client, DiskReserve? reserve = null)
{
    /// <summary>Most layers of an image: as many as an overlay can have.</summary>
    private const int MaximumLayers = 500;

    private const int MaximumConfigBytes = 8 * 1024 * 1024;

    private readonly DiskReserve _reserve = reserve ?? DiskReserve.Of(images.Content.Root, -1);
    private readonly ConcurrentDictionary<Digest, SemaphoreSlim> _arriving = new();

    /// <summary>
    /// Pulls an image; of an index, the manifest that fits the platform best. Blobs that are there are not fetched again.
    /// When it returns, all of it is on disk and proven, the index's document too, and the normalised reference names it.
    /// </summary>
    /// <param name="reference">What to pull, as a person writes it.</param>
    /// <param name="platform">For what; null is this host.</param>
    /// <param name="progress">Hears of each layer; null hears nothing.</param>
    /// <param name="cancellationToken">Ends it; what arrived whole stays in the store.</param>
    /// <exception cref="RegistryException">Why it cannot be had.</exception>
    public async Task<Image> PullAsync(Reference reference, Platform? platform, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        using var lease = images.Content.Lease();
        var normal = reference.Normalize();
        if (normal.Digest is { IsComputable: false } unknown) throw new RegistryException(RegistryFailure.Invalid, $"the digest of {normal} is of the algorithm {unknown.Algorithm}, which cannot be checked");
        var wanted = platform ?? Platform.Current;
        var (manifest, sources) = await ManifestAsync(normal, wanted, cancellationToken);
        var document = manifest.Manifest();
        Check(normal, document);
        var download = new BlobDownload(sources, images.Content, client.Transport, null);
        await ArriveAsync(download, document.Config, null, cancellationToken);
        CheckConfig(normal, document, await ConfigAsync(normal, document, cancellationToken), wanted);
        CheckRoom(normal, document);
        await LayersAsync(new BlobDownload(sources, images.Content, client.Transport, progress), document, progress, cancellationToken);
        await images.Content.WriteAsync(new MemoryStream(manifest.Content), manifest.Descriptor.MediaType, manifest.Descriptor.Digest, cancellationToken);
        if (manifest.Origin is { } index) await images.Content.WriteAsync(new MemoryStream(index.Content), index.Descriptor.MediaType, index.Descriptor.Digest, cancellationToken);
        images.Content.SetReference($"{normal}", PulledImage.Of(OriginIndex.With(manifest.Descriptor, manifest.Origin?.Descriptor.Digest)));
        return await images.LoadAsync(manifest.Descriptor.Digest, cancellationToken);
    }

    /// <summary>The manifest for the platform, and the servers to ask for its blobs: the one that had it first.</summary>
    private async Task<(RemoteManifest Manifest, IReadOnlyList<RemoteRepository> Sources)> ManifestAsync(
        Reference normal, Platform platform, CancellationToken cancellationToken)
    {
        var sources = await client.SourcesAsync(normal, cancellationToken);
        foreach (var source in sources)
        {
            var found = await RegistryClient.AskAsync(source, repository => OneManifestAsync(repository, normal, platform, cancellationToken));
            if (found is not null) return (found, [source, .. sources.Where(other => other != source)]);
        }

        throw RegistryClient.NotFound(normal);
    }

    private static async Task<RemoteManifest?> OneManifestAsync(RemoteRepository source, Reference normal, Platform platform, CancellationToken cancellationToken)
    {
        var found = await source.ManifestAsync(RegistryClient.TagOrDigest(normal), normal.Digest, cancellationToken);
        if (found is null || !found.IsIndex) return found;
        var chosen = Choose(normal, found.Index(), platform);
        var manifest = await source.ManifestAsync($"{chosen.Digest}", chosen.Digest, cancellationToken)
            ?? throw new RegistryException(RegistryFailure.NotFound, $"{source.Endpoint} lists {chosen.Digest} for {platform} in {normal}, but does not have it");
        if (manifest.IsIndex || manifest.Descriptor.Size != chosen.Size)
            throw new RegistryException(RegistryFailure.Invalid, $"{source.Endpoint} has something else for {platform} in {normal} than the index says");
        return manifest with { Origin = found };
    }

    private static Descriptor Choose(Reference normal, ImageIndex index, Platform platform)
    {
        try
        {
            return PlatformChoice.Choose(index, platform);
        }
        catch (OciFormatException error)
        {
            throw new RegistryException(RegistryFailure.NotFound, $"{normal}: {error.Message}", error);
        }
    }

    private void Check(Reference normal, ImageManifest document)
    {
        if (document.Layers.Count > MaximumLayers)
            throw new RegistryException(RegistryFailure.TooLarge, $"{normal} has {document.Layers.Count} layers; {MaximumLayers} is the most that can be run");
        if (document.Config.Size > MaximumConfigBytes)
            throw new RegistryException(RegistryFailure.TooLarge, $"the configuration of {normal} has {document.Config.Size} bytes");
        var foreign = document.Layers.Append(document.Config).FirstOrDefault(blob => !blob.Digest.IsComputable);
        if (foreign is not null) throw new RegistryException(RegistryFailure.Invalid, $"{normal} has content named by {foreign.Digest.Algorithm}, which cannot be checked");
        // As decimals: sizes that are lies must not overflow their sum.
        var bytes = document.Layers.Sum(layer => (decimal)layer.Size);
        if (bytes > client.Options.MaximumImageBytes)
            throw new RegistryException(RegistryFailure.TooLarge, $"{normal} has {bytes / (1 << 30):0.0} GiB of layers; the limit is {client.Options.MaximumImageBytes / (double)(1 << 30):0.0} GiB");
    }

    private async Task<ImageConfig> ConfigAsync(Reference normal, ImageManifest document, CancellationToken cancellationToken)
    {
        try
        {
            return ImageDocuments.ParseConfig(await images.Content.ReadAsync(document.Config.Digest, cancellationToken));
        }
        catch (OciFormatException error)
        {
            throw new RegistryException(RegistryFailure.Invalid, $"{normal} cannot be used: {error.Message}", error);
        }
    }

    private static void CheckConfig(Reference normal, ImageManifest document, ImageConfig config, Platform platform)
    {
        if (config.Rootfs.DiffIds.Count != document.Layers.Count)
            throw new RegistryException(RegistryFailure.Invalid, $"{normal} has {document.Layers.Count} layers, but {config.Rootfs.DiffIds.Count} diff ids");
        var own = new Platform { Os = config.Os, Architecture = config.Architecture, Variant = config.Variant };
        if (platform.Accepts(own) is null) throw new RegistryException(RegistryFailure.NotFound, $"{normal} is for {own}, not for {platform}");
    }

    private void CheckRoom(Reference normal, ImageManifest document)
    {
        var missing = document.Layers.Where(layer => !images.Content.Contains(layer.Digest)).DistinctBy(layer => layer.Digest).Sum(layer => layer.Size);
        try
        {
            _reserve.Require($"{normal}", missing);
        }
        catch (DiskReserveException error)
        {
            throw new RegistryException(RegistryFailure.TooLarge, error.Message, error);
        }
    }

    private async Task LayersAsync(BlobDownload download, ImageManifest document, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = client.Options.ParallelTransfers, CancellationToken = cancellationToken };
        try
        {
            await Parallel.ForEachAsync(document.Layers.DistinctBy(layer => layer.Digest), parallel, async (layer, token) => await ArriveAsync(download, layer, progress, token));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new RegistryException(RegistryFailure.Unavailable, "the pull was broken off");
        }
    }

    private async Task ArriveAsync(BlobDownload download, Descriptor blob, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        var gate = _arriving.GetOrAdd(blob.Digest, _ => new SemaphoreSlim(1));
        await gate.WaitAsync(cancellationToken);
        try
        {
            if (images.Content.Contains(blob.Digest)) progress?.Report(new TransferProgress(blob.Digest, TransferStage.Present, blob.Size, blob.Size));
            else await download.RunAsync(blob, cancellationToken);
        }
        finally
        {
            gate.Release();
            _arriving.TryRemove(blob.Digest, out _);
        }
    }
}
