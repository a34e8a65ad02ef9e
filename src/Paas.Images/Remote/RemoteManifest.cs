using Paas.Oci;
using Paas.Oci.Images;

namespace Paas.Images.Remote;

/// <summary>A manifest or index as a registry gave it, its digest proven.</summary>
/// <param name="Descriptor">Its digest, size and media type.</param>
/// <param name="Content">Its bytes.</param>
internal sealed record RemoteManifest(Descriptor Descriptor, byte[] Content)
{
    /// <summary>Largest manifest or index taken; distribution-spec, "Pushing Manifests", has registries take 4 MiB.</summary>
    public const int MaximumBytes = 4 * 1024 * 1024;

    /// <summary>The index that it was chosen from; null where the reference named it itself.</summary>
    public RemoteManifest? Origin { get; init; }

    public bool IsIndex => MediaTypes.IsIndex(Descriptor.MediaType);

    public ImageIndex Index() => ImageDocuments.ParseIndex(Content);

    public ImageManifest Manifest() => ImageDocuments.ParseManifest(Content);

    /// <summary>Tells which document it is, and refuses what is no image or could be read as two different ones.</summary>
    /// <param name="content">The bytes.</param>
    /// <param name="mediaType">What the server said it is; the document's own word must not differ.</param>
    /// <param name="expected">The digest asked for; null accepts any.</param>
    /// <param name="from">The server, for messages.</param>
    public static RemoteManifest Read(byte[] content, string? mediaType, Digest? expected, string from)
    {
        var digest = Digest.Compute(content, expected?.Algorithm ?? Digest.Sha256);
        if (expected is { } wanted && wanted != digest) throw new RegistryException(RegistryFailure.Invalid, $"{from} sent something else than {wanted}");
        if (mediaType?.StartsWith("application/vnd.docker.distribution.manifest.v1", StringComparison.Ordinal) == true)
            throw new RegistryException(RegistryFailure.Invalid, $"{from} has the image in Docker's schema 1 only, which is no longer supported; push it again with a newer Docker");
        try
        {
            var isIndex = ImageDocuments.IsIndex(content);
            var own = isIndex ? CheckIndex(content) : CheckManifest(content);
            var named = mediaType is not null && (MediaTypes.IsIndex(mediaType) || MediaTypes.IsManifest(mediaType)) ? mediaType : null;
            if (named is not null && MediaTypes.IsIndex(named) != isIndex) throw new OciFormatException($"it was sent as '{named}', which it is not");
            var type = own ?? named ?? (isIndex ? MediaTypes.Index : MediaTypes.Manifest);
            return new RemoteManifest(new Descriptor { MediaType = type, Digest = digest, Size = content.Length }, content);
        }
        catch (OciFormatException error)
        {
            throw new RegistryException(RegistryFailure.Invalid, $"{from} sent a manifest that cannot be used: {error.Message}", error);
        }
    }

    // A document that is manifest and index at once would be one image to one tool and another to the next.
    private static string? CheckIndex(byte[] content)
    {
        var index = ImageDocuments.ParseIndex(content);
        if (index.Unknown?.Keys.Any(key => key is "layers" or "config") == true) throw new OciFormatException("it is a manifest and an index at once");
        return index.MediaType;
    }

    private static string? CheckManifest(byte[] content)
    {
        var manifest = ImageDocuments.ParseManifest(content);
        if (manifest.Config.MediaType is not (MediaTypes.Config or MediaTypes.DockerConfig))
            throw new OciFormatException($"it is no container image but '{manifest.ArtifactType ?? manifest.Config.MediaType}'");
        return manifest.MediaType;
    }
}
