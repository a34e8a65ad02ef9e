using Paas.Images.Snapshots;
using Paas.Oci;

namespace Paas.Images;

/// <summary>Images: documents and layers in a <see cref="ContentStore"/>, unpacked into a <see cref="Snapshotter"/>.</summary>
public sealed class ImageStore(ContentStore content, Snapshotter snapshotter)
{
    public ContentStore Content { get; } = content;

    public Snapshotter Snapshotter { get; } = snapshotter;

    /// <summary>Reads an image by the digest of its manifest, or of an index that lists one for this platform.</summary>
    /// <exception cref="ContentNotFoundException">Manifest or configuration is missing.</exception>
    /// <exception cref="OciFormatException">A document is not what the image-spec says.</exception>
    public Task<Image> LoadAsync(Digest manifest, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Reads the image that a reference of the content store names; null when there is no such reference.</summary>
    public Task<Image?> FindAsync(string reference, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Makes the snapshots of the image's layers that are not there yet. Does nothing the second time.</summary>
    public Task UnpackAsync(Image image, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Unpacks where needed and gives a writable root filesystem of its own to <paramref name="key"/>.</summary>
    public Task<OverlayMount> PrepareAsync(Image image, string key, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>Unpacks where needed and describes the image's root filesystem, read-only.</summary>
    public Task<OverlayMount> ViewAsync(Image image, string key, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}
