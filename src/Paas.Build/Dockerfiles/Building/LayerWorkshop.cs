using Paas.Images;
using Paas.Images.Compression;
using Paas.Images.Layers;
using Paas.Images.Snapshots;
using Paas.Images.Trees;

namespace Paas.Build.Dockerfiles.Building;

/// <summary>Makes layers out of changes to a root filesystem, and opens root filesystems to be read.</summary>
internal sealed class LayerWorkshop(ImageStore images, DateTimeOffset? epoch)
{
    /// <summary>Prepares a snapshot, lets it be changed, and makes a layer of the changes; nothing is left where that fails.</summary>
    /// <param name="below">What is changed.</param>
    /// <param name="change">Gets the snapshot's key and its overlay.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<Layer> MakeAsync(RootLayers below, Func<string, OverlayMount, Task> change, CancellationToken ct)
    {
        var key = ImageStore.TemporaryKey();
        await images.UnpackAsync(below.Layers, ct);
        try
        {
            var snapshot = images.Snapshotter.Prepare(key, below.Chain);
            await change(key, snapshot);
            var layer = await LayerWriter.WriteChangesAsync(images.Content, snapshot.UpperDirectory!, Options, ct);
            // The changes are the unpacked layer already.
            var chain = below.With(layer).Chain!.Value;
            images.Content.Keep(chain);
            images.Snapshotter.Commit(key, chain);
            return layer;
        }
        finally
        {
            images.Snapshotter.Remove(key);
        }
    }

    /// <summary>Opens a root filesystem to be read.</summary>
    public async Task<OpenedRoot> OpenAsync(RootLayers root, CancellationToken ct)
    {
        await images.UnpackAsync(root.Layers, ct);
        var key = ImageStore.TemporaryKey();
        try
        {
            var snapshot = root.Chain is { } chain ? images.Snapshotter.View(key, chain) : images.Snapshotter.Prepare(key, null);
            return new OpenedRoot(FileTree.Of(snapshot), () => images.Snapshotter.Remove(key));
        }
        catch
        {
            images.Snapshotter.Remove(key);
            throw;
        }
    }

    // Uncompressed: they are written at every build, and compressed when they travel.
    private LayerOptions Options => new() { Compression = LayerCompression.None, ModifiedAt = epoch, KeepTimesBefore = epoch };

    /// <summary>Files of a root filesystem, or of a directory, until disposed.</summary>
    internal sealed class OpenedRoot(FileTree tree, Action close) : IDisposable
    {
        public FileTree Tree { get; } = tree;

        public void Dispose()
        {
            Tree.Dispose();
            close();
        }
    }
}
