using System.Text.Json;
using System.Text.Json.Serialization;
using Paas.Build.Buildpacks;
using Paas.Images.Layers;
using Paas.Linux;

namespace Paas.Build.Cache;

/// <summary>What is known of a layer after a successful build.</summary>
/// <param name="Buildpack">Id of the buildpack that made it.</param>
/// <param name="Name">The layer's name.</param>
/// <param name="Types">What it is for.</param>
/// <param name="Metadata">Its TOML without the types.</param>
/// <param name="Fingerprint">Of its directory; null where the buildpack left none and the former layer was used again.</param>
/// <param name="Bytes">Size of its files.</param>
/// <param name="Blob">The image layer made of it; null for one that is not for launch.</param>
internal sealed record StoredLayer(
    string Buildpack, string Name, LayerTypes Types, string Metadata, string? Fingerprint, long Bytes, Layer? Blob);

/// <summary>An app's cache after its last successful build: the content of <c>state.json</c>.</summary>
/// <param name="Layers">Layers that are cached or in the image.</param>
/// <param name="Stores">Buildpack id → its <c>store.toml</c>.</param>
internal sealed record CacheState(IReadOnlyList<StoredLayer> Layers, IReadOnlyDictionary<string, string> Stores)
{
    public static CacheState Empty { get; } = new([], new Dictionary<string, string>());

    /// <summary>Reads the file; one that is missing, damaged or of another version is an empty cache.</summary>
    public static CacheState Read(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            return JsonSerializer.Deserialize(stream, CacheJsonContext.Default.CacheState) is { Layers: not null, Stores: not null } state
                ? state
                : Empty;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return Empty;
        }
    }

    /// <summary>Replaces the file in one step.</summary>
    public void Write(string path) =>
        Files.WriteAtomically(path, JsonSerializer.SerializeToUtf8Bytes(this, CacheJsonContext.Default.CacheState), durable: true);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CacheState))]
internal sealed partial class CacheJsonContext : JsonSerializerContext;
