using System.Text.Json.Serialization;

namespace Paas.Images.Archives;

/// <summary>An image in <c>manifest.json</c> of <c>docker save</c>: paths within the archive (moby, image/spec/v1.2.md).</summary>
/// <param name="Config">The configuration.</param>
/// <param name="RepoTags">Names, <c>repository:tag</c>; null or empty for an image without.</param>
/// <param name="Layers">Tars, lowest first.</param>
internal sealed record DockerArchiveImage(
    [property: JsonPropertyName("Config")] string Config,
    [property: JsonPropertyName("RepoTags")] IReadOnlyList<string>? RepoTags,
    [property: JsonPropertyName("Layers")] IReadOnlyList<string>? Layers)
{
    public const string FileName = "manifest.json";
}

[JsonSerializable(typeof(IReadOnlyList<DockerArchiveImage>))]
internal sealed partial class DockerArchiveJsonContext : JsonSerializerContext;
