using System.Collections.Concurrent;
using Paas.Images.Layers;
using Paas.Images.Snapshots;
using Paas.Linux;
using Paas.Oci;
using Paas.Oci.Images;

namespace Paas.Images;

/// <summary>Images: documents and layers in a <see cref="ContentStore"/>, unpacked into a <see cref="Snapshotter"/>. Safe for concurrent use.</summary>
public sealed class ImageStore
{
    private const string UnpackingPrefix = "unpack-";

    private static readonly string ThisProcess = $"{Environment.ProcessId}-{Processes.StartTime(Environment.ProcessId)}";

    private readonly ConcurrentDictionary<Digest, SemaphoreSlim> _unpacking = new();

    /// <summary>Puts both together, and removes half-unpacked layers of processes that are gone.</summary>
    public ImageStore(ContentStore content, Snapshotter snapshotter)
    {
        Content = content;
        Snapshotter = snapshotter;
        foreach (var key in snapshotter.Keys().Where(IsAbandoned)) snapshotter.Remove(key);
    }

    public ContentStore Content { get; }

    public Snapshotter Snapshotter { get; }

    /// <summary>Reads an image by the digest of its manifest, or of an index that lists one for this platform.</summary>
    /// <exception cref="ContentNotFoundException">Manifest or configuration is missing.</exception>
    /// <exception cref="OciFormatException">A document is not what the image-spec says.</exception>
    public async Task<Image> LoadAsync(Digest manifest, CancellationToken cancellationToken)
    {
        var json = await Content.ReadAsync(manifest, cancellationToken);
        if (ImageDocuments.IsIndex(json))
        {
            var index = ImageDocuments.ParseIndex(json);
            manifest = PlatformChoice.Choose(index, Platform.Current).Digest;
            json = await Content.ReadAsync(manifest, cancellationToken);
        }

        var document = ImageDocuments.ParseManifest(json);
        var config = ImageDocuments.ParseConfig(await Content.ReadAsync(document.Config.Digest, cancellationToken));
        if (config.Rootfs.DiffIds.Count != document.Layers.Count)
            throw new OciFormatException($"image {manifest}: {document.Layers.Count} layers, but {config.Rootfs.DiffIds.Count} diff ids");
        // Under a lease the image stays whole from here on.
        foreach (var layer in document.Layers) Content.Keep(layer.Digest);
        var descriptor = new Descriptor { MediaType = document.MediaType ?? MediaTypes.Manifest, Digest = manifest, Size = json.Length };
        return new Image(descriptor, document, config);
    }

    /// <summary>Reads the image that a reference of the content store names; null when there is no such reference.</summary>
    public async Task<Image?> FindAsync(string reference, CancellationToken cancellationToken) =>
        Content.Resolve(reference) is { } descriptor ? await LoadAsync(descriptor.Digest, cancellationToken) : null;

    /// <summary>Makes the snapshots of the image's layers that are not there yet. Does nothing the second time.</summary>
    /// <exception cref="ContentNotFoundException">A layer is missing.</exception>
    /// <exception cref="ContentMismatchException">A layer is not what the configuration says.</exception>
    /// <exception cref="LayerFormatException">A layer cannot be applied.</exception>
    public Task UnpackAsync(Image image, CancellationToken cancellationToken) => UnpackAsync(
        [.. image.Manifest.Layers.Zip(image.Config.Rootfs.DiffIds, (descriptor, diffId) => new Layer(descriptor, diffId))], cancellationToken);

    /// <inheritdoc cref="UnpackAsync(Image, CancellationToken)"/>
    /// <param name="layers">Lowest first.</param>
    /// <param name="cancellationToken">Checked between files.</param>
    public async Task UnpackAsync(IReadOnlyList<Layer> layers, CancellationToken cancellationToken)
    {
        var chain = ChainIds.Of([.. layers.Select(layer => layer.DiffId)]);
        foreach (var chainId in chain) Content.Keep(chainId);
        for (var i = 0; i < chain.Count; i++)
        {
            if (Snapshotter.Contains(chain[i])) continue;
            await UnpackLayerAsync(layers[i], i == 0 ? null : chain[i - 1], chain[i], cancellationToken);
        }
    }

    /// <summary>A key for an active snapshot that is of no use once this process has ended; the next one to open the store removes it.</summary>
    public static string TemporaryKey() => $"{UnpackingPrefix}{ThisProcess}-{Guid.NewGuid():n}";

    /// <summary>Unpacks where needed and gives a writable root filesystem of its own to <paramref name="key"/>.</summary>
    /// <exception cref="SnapshotException">The key is taken.</exception>
    public async Task<OverlayMount> PrepareAsync(Image image, string key, CancellationToken cancellationToken)
    {
        await UnpackAsync(image, cancellationToken);
        return Snapshotter.Prepare(key, image.ChainId);
    }

    /// <summary>Unpacks where needed and describes the image's root filesystem, read-only, kept for <paramref name="key"/>.</summary>
    /// <exception cref="SnapshotException">The key is taken.</exception>
    public async Task<OverlayMount> ViewAsync(Image image, string key, CancellationToken cancellationToken)
    {
        await UnpackAsync(image, cancellationToken);
        return Snapshotter.View(key, image.ChainId);
    }

    /// <summary>True for an unpacking whose process is gone: its id alone could be somebody else's by now.</summary>
    private static bool IsAbandoned(string key)
    {
        if (!key.StartsWith(UnpackingPrefix, StringComparison.Ordinal)) return false;
        var parts = key[UnpackingPrefix.Length..].Split('-');
        return !int.TryParse(parts[0], out var id) || parts.Length < 2 || $"{Processes.StartTime(id)}" != parts[1];
    }

    private async Task UnpackLayerAsync(Layer layer, Digest? parent, Digest chainId, CancellationToken cancellationToken)
    {
        // One unpacking of a layer at a time: a second one waits and finds it done.
        var gate = _unpacking.GetOrAdd(chainId, _ => new SemaphoreSlim(1));
        await gate.WaitAsync(cancellationToken);
        try
        {
            if (Snapshotter.Contains(chainId)) return;
            var key = $"{UnpackingPrefix}{ThisProcess}-{chainId.Abbreviated}-{Guid.NewGuid():n}";
            try
            {
                var mount = Snapshotter.Prepare(key, parent);
                await ApplyAsync(layer, mount, parent, cancellationToken);
                Snapshotter.Commit(key, chainId);
            }
            finally
            {
                Snapshotter.Remove(key);
            }
        }
        finally
        {
            gate.Release();
            _unpacking.TryRemove(chainId, out _);
        }
    }

    private async Task ApplyAsync(Layer layer, OverlayMount mount, Digest? parent, CancellationToken cancellationToken)
    {
        await using var blob = Content.OpenRead(layer.Descriptor.Digest);
        var diffId = await LayerReader.ApplyAsync(
            blob, mount.UpperDirectory!, WhiteoutHandling.Overlay, parent is null ? [] : mount.LowerDirectories, LayerLimits.Default, cancellationToken);
        if (diffId != layer.DiffId) throw new ContentMismatchException(layer.DiffId, diffId);
    }
}
