using System.Text.Json;
using System.Text.Json.Serialization;

namespace Paas.Oci.Images;

/// <summary>Where content is and what it is (image-spec, descriptor.md).</summary>
public sealed record Descriptor
{
    public required string MediaType { get; init; }

    public required Digest Digest { get; init; }

    /// <summary>Bytes of the content as stored.</summary>
    public required long Size { get; init; }

    public IReadOnlyList<string>? Urls { get; init; }

    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>The content itself, in base64, where it is small.</summary>
    public string? Data { get; init; }

    public string? ArtifactType { get; init; }

    /// <summary>Only inside an index.</summary>
    public Platform? Platform { get; init; }

    /// <summary>What later versions of the specification add; kept when we write the document again.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Unknown { get; set; }

    /// <summary>The same with an annotation, in place of one of that name.</summary>
    public Descriptor WithAnnotation(string name, string value)
    {
        var annotations = new SortedDictionary<string, string>(StringComparer.Ordinal) { [name] = value };
        foreach (var (other, kept) in Annotations ?? new Dictionary<string, string>()) annotations.TryAdd(other, kept);
        return this with { Annotations = annotations };
    }
}
