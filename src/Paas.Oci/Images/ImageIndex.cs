using System.Text.Json;
using System.Text.Json.Serialization;

namespace Paas.Oci.Images;

/// <summary>Manifests of several platforms, or the entry point of a layout (image-spec, image-index.md).</summary>
public sealed record ImageIndex
{
    /// <summary>Always 2.</summary>
    public required int SchemaVersion { get; init; }

    public string? MediaType { get; init; }

    public string? ArtifactType { get; init; }

    public required IReadOnlyList<Descriptor> Manifests { get; init; }

    public Descriptor? Subject { get; init; }

    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Unknown { get; set; }
}
