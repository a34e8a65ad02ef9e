using Paas.Images.Layers;
using Paas.Oci;
using Paas.Oci.Images;

namespace Paas.Images;

/// <summary>Builds an image upon another one, or from nothing. The same steps give the same digest. Not for concurrent use.</summary>
public sealed class ImageBuilder
{
    private ImageBuilder(ImageStore store, Image? baseImage)
    {
        _ = store;
        _ = baseImage;
    }

    /// <summary>Time of the image and of the history entries added; the Unix epoch unless said, so that builds repeat.</summary>
    public DateTimeOffset Created { get; set; } = DateTimeOffset.UnixEpoch;

    /// <summary>Environment, by name.</summary>
    public IDictionary<string, string> Env { get; } = new Dictionary<string, string>();

    public IDictionary<string, string> Labels { get; } = new SortedDictionary<string, string>(StringComparer.Ordinal);

    public IReadOnlyList<string>? Entrypoint { get; set; }

    public IReadOnlyList<string>? Command { get; set; }

    /// <summary><c>user</c>, <c>uid</c>, <c>user:group</c> or <c>uid:gid</c>.</summary>
    public string? User { get; set; }

    public string? WorkingDirectory { get; set; }

    public string? StopSignal { get; set; }

    /// <param name="store">Where the layers are and the documents go.</param>
    /// <param name="baseImage">Its layers and configuration come first; null starts from nothing.</param>
    public static ImageBuilder From(ImageStore store, Image? baseImage) => new(store, baseImage);

    /// <summary>Puts a layer of the content store on top.</summary>
    /// <param name="createdBy">For the image's history.</param>
    public ImageBuilder AddLayer(Layer layer, string createdBy) => throw new NotImplementedException();

    /// <inheritdoc cref="AddLayer(Layer, string)"/>
    public ImageBuilder AddLayer(Descriptor descriptor, Digest diffId, string createdBy) =>
        AddLayer(new Layer(descriptor, diffId), createdBy);

    /// <summary>Writes configuration and manifest into the content store.</summary>
    public Task<Image> CommitAsync(CancellationToken cancellationToken) => throw new NotImplementedException();
}
