using System.Text.Json;
using System.Text.Json.Serialization;

namespace Paas.Oci.Images;

/// <summary>One image for one platform (image-spec, manifest.md).</summary>
public sealed record ImageManifest
{
    /// <summary>Always 2.</summary>
    public required int SchemaVersion { get; init; }

    public string? MediaType { get; init; }

    public string? ArtifactType { get; init; }

    public required Descriptor Config { get; init; }

    /// <summary>Lowest layer first; at least one.</summary>
    public required IReadOnlyList<Descriptor> Layers { get; init; }

    public Descriptor? Subject { get; init; }

    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Unknown { get; set; }
}
