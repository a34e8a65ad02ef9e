using System.Text.Json;
using System.Text.Json.Serialization;

namespace Paas.Oci.Images;

/// <summary>
/// What a manifest or index of any kind names, whatever it is of: images, artifacts without layers, indexes of indexes, and Docker's
/// equivalents. For whoever keeps documents without running them; <see cref="ImageDocuments"/> is stricter.
/// </summary>
/// <param name="MediaType">The document's own, or what it was sent as.</param>
/// <param name="ArtifactType">As the referrers API tells it: the document's, else its config's media type (distribution-spec, "Listing Referrers").</param>
/// <param name="Blobs">Config and layers; none for an index.</param>
/// <param name="Manifests">Of an index.</param>
/// <param name="Subject">What it is about; need not exist.</param>
/// <param name="Annotations">The document's own.</param>
public sealed record ManifestLinks(
    string MediaType,
    string? ArtifactType,
    IReadOnlyList<Descriptor> Blobs,
    IReadOnlyList<Descriptor> Manifests,
    Descriptor? Subject,
    IReadOnlyDictionary<string, string>? Annotations)
{
    /// <summary>Reads a document.</summary>
    /// <param name="json">The document.</param>
    /// <param name="mediaType">What it was sent as; null where nobody said.</param>
    /// <exception cref="OciFormatException">It is no manifest, or another one than it was sent as.</exception>
    public static ManifestLinks Parse(ReadOnlySpan<byte> json, string? mediaType)
    {
        AnyManifest document;
        try
        {
            document = JsonSerializer.Deserialize(json, AnyManifestJsonContext.Default.AnyManifest) ?? throw new OciFormatException("manifest: null is not a document");
        }
        catch (JsonException error)
        {
            throw new OciFormatException($"manifest: {error.Message}", error);
        }

        if (document.SchemaVersion != 2)
            throw new OciFormatException($"manifest: schemaVersion {document.SchemaVersion} is not 2{(document.SchemaVersion == 1 ? "; push it again with a newer client" : "")}");
        var type = TypeOf(document, mediaType);
        var links = MediaTypes.IsIndex(type)
            ? new ManifestLinks(type, document.ArtifactType, [], document.Manifests ?? throw Missing(type, "manifests"), document.Subject, document.Annotations)
            : OfManifest(document, type);
        foreach (var descriptor in links.Blobs.Concat(links.Manifests)) ImageRules.Check(descriptor);
        if (links.Subject is not null) ImageRules.Check(links.Subject);
        return links;
    }

    private static ManifestLinks OfManifest(AnyManifest document, string type)
    {
        var config = document.Config ?? throw Missing(type, "config");
        ImageRules.Check(config);
        var artifact = string.IsNullOrEmpty(document.ArtifactType) ? config.MediaType : document.ArtifactType;
        return new ManifestLinks(type, artifact, [config, .. document.Layers ?? throw Missing(type, "layers")], [], document.Subject, document.Annotations);
    }

    private static string TypeOf(AnyManifest document, string? mediaType)
    {
        // Both an image and an index would let two readers see two things in one digest (image-spec, manifest.md, "mediaType").
        if (document.Manifests is not null && (document.Layers is not null || document.Config is not null))
            throw new OciFormatException("manifest: it is an image and an index at once");
        var own = string.IsNullOrEmpty(document.MediaType) ? null : document.MediaType;
        if (own is not null && mediaType is not null && own != mediaType)
            throw new OciFormatException($"manifest: it was sent as '{mediaType}' but says it is '{own}'");
        var type = own ?? mediaType ?? (document.Manifests is null ? MediaTypes.Manifest : MediaTypes.Index);
        return MediaTypes.IsManifest(type) || MediaTypes.IsIndex(type)
            ? type
            : throw new OciFormatException($"manifest: '{type}' is no media type of a manifest that is kept here");
    }

    private static OciFormatException Missing(string type, string member) => new($"manifest: '{type}' without {member}");
}

/// <summary>The members of every kind of manifest.</summary>
internal sealed record AnyManifest
{
    public int SchemaVersion { get; init; }

    public string? MediaType { get; init; }

    public string? ArtifactType { get; init; }

    public Descriptor? Config { get; init; }

    public IReadOnlyList<Descriptor>? Layers { get; init; }

    public IReadOnlyList<Descriptor>? Manifests { get; init; }

    public Descriptor? Subject { get; init; }

    public IReadOnlyDictionary<string, string>? Annotations { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AnyManifest))]
internal sealed partial class AnyManifestJsonContext : JsonSerializerContext;
