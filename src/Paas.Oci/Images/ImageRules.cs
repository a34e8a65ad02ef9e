using System.Buffers;

namespace Paas.Oci.Images;

/// <summary>The rules of the image-spec's schemas that types alone do not express.</summary>
internal static class ImageRules
{
    private const int MaximumMediaTypePart = 127;

    private static readonly SearchValues<char> Alphanumeric =
        SearchValues.Create("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    private static readonly SearchValues<char> MediaTypeCharacters =
        SearchValues.Create("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ!#$&^_.+-");

    public static void Check(ImageManifest manifest)
    {
        CheckHeader("image manifest", manifest.SchemaVersion, manifest.MediaType, MediaTypes.IsManifest);
        if (manifest.Config is null) throw new OciFormatException("image manifest: config is missing");
        if (manifest.Layers is not { Count: > 0 }) throw new OciFormatException("image manifest: it needs at least one layer");
        Check(manifest.Config);
        foreach (var layer in manifest.Layers) Check(layer);
        if (manifest.Subject is { } subject) Check(subject);
    }

    public static void Check(ImageIndex index)
    {
        CheckHeader("image index", index.SchemaVersion, index.MediaType, MediaTypes.IsIndex);
        if (index.Manifests is null) throw new OciFormatException("image index: manifests is missing");
        foreach (var manifest in index.Manifests) Check(manifest);
        if (index.Subject is { } subject) Check(subject);
    }

    public static void Check(ImageConfig config)
    {
        if (string.IsNullOrEmpty(config.Architecture)) throw new OciFormatException("image configuration: architecture is missing");
        if (string.IsNullOrEmpty(config.Os)) throw new OciFormatException("image configuration: os is missing");
        if (config.Rootfs is not { Type: "layers" }) throw new OciFormatException("image configuration: rootfs.type must be 'layers'");
        if (config.Rootfs.DiffIds is null) throw new OciFormatException("image configuration: rootfs.diff_ids is missing");
        foreach (var variable in config.Config?.Env ?? [])
        {
            if (variable is null || variable.IndexOf('=') <= 0)
                throw new OciFormatException($"image configuration: Env '{variable}' is not NAME=value");
        }
    }

    public static void Check(Descriptor descriptor)
    {
        if (descriptor is null) throw new OciFormatException("content descriptor: null is not a descriptor");
        if (!IsMediaType(descriptor.MediaType))
            throw new OciFormatException($"content descriptor: '{descriptor.MediaType}' is not a media type");
        if (descriptor.ArtifactType is { } artifact && !IsMediaType(artifact))
            throw new OciFormatException($"content descriptor: '{artifact}' is not a media type");
        if (descriptor.Size < 0) throw new OciFormatException($"content descriptor: size {descriptor.Size} is negative");
    }

    private static void CheckHeader(string what, int schemaVersion, string? mediaType, Func<string, bool> accepts)
    {
        if (schemaVersion != 2) throw new OciFormatException($"{what}: schemaVersion {schemaVersion} is not 2");
        if (mediaType is not null && !accepts(mediaType))
            throw new OciFormatException($"{what}: mediaType '{mediaType}' is of another document");
    }

    private static bool IsMediaType(string? mediaType)
    {
        if (mediaType is null) return false;
        var slash = mediaType.IndexOf('/');
        return slash > 0 && IsMediaTypePart(mediaType.AsSpan(0, slash)) && IsMediaTypePart(mediaType.AsSpan(slash + 1));
    }

    private static bool IsMediaTypePart(ReadOnlySpan<char> part) =>
        part.Length is > 0 and <= MaximumMediaTypePart &&
        Alphanumeric.Contains(part[0]) &&
        !part.ContainsAnyExcept(MediaTypeCharacters);
}
