using Paas.Oci;
using Paas.Oci.Images;

namespace Paas.Images;

/// <summary>An image of this machine's platform, its documents read and checked.</summary>
/// <param name="Descriptor">Of the manifest; its digest is the image's name.</param>
public sealed record Image(Descriptor Descriptor, ImageManifest Manifest, ImageConfig Config)
{
    /// <summary>Digest of the manifest.</summary>
    public Digest Digest => Descriptor.Digest;

    /// <summary>Chain id of the uppermost layer: the name of the whole root filesystem (image-spec, config.md).</summary>
    public Digest ChainId => ChainIds.Of(Config.Rootfs.DiffIds)[^1];

    /// <summary>Bytes of manifest, configuration and layers as stored.</summary>
    public long SizeBytes => Descriptor.Size + Manifest.Config.Size + Manifest.Layers.Sum(layer => layer.Size);
}
