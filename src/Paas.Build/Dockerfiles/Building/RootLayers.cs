using Paas.Images;
using Paas.Images.Layers;
using Paas.Oci;

namespace Paas.Build.Dockerfiles.Building;

/// <summary>A root filesystem by its layers, lowest first. Immutable.</summary>
internal sealed record RootLayers(IReadOnlyList<Layer> Layers, Digest? Chain)
{
    public static RootLayers None { get; } = new([], null);

    public static RootLayers Of(Image image) => new(
        [.. image.Manifest.Layers.Zip(image.Config.Rootfs.DiffIds, (descriptor, diffId) => new Layer(descriptor with { Annotations = null, Platform = null }, diffId))],
        image.ChainId);

    public IReadOnlyList<Digest> DiffIds => [.. Layers.Select(layer => layer.DiffId)];

    public RootLayers With(Layer layer) => new([.. Layers, layer], Chain is { } chain ? ChainIds.Next(chain, layer.DiffId) : layer.DiffId);
}
