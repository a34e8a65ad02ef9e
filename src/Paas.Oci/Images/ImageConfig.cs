using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Paas.Oci.Images;

/// <summary>The image's configuration: how to run it, and the layers' uncompressed digests (image-spec, config.md).</summary>
public sealed record ImageConfig
{
    public DateTimeOffset? Created { get; init; }

    public string? Author { get; init; }

    public required string Architecture { get; init; }

    public required string Os { get; init; }

    [JsonPropertyName("os.version")]
    public string? OsVersion { get; init; }

    [JsonPropertyName("os.features")]
    public IReadOnlyList<string>? OsFeatures { get; init; }

    public string? Variant { get; init; }

    /// <summary>How a container of this image starts where nothing else is said.</summary>
    public ExecutionConfig? Config { get; init; }

    public required RootFs Rootfs { get; init; }

    public IReadOnlyList<History>? History { get; init; }

    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Unknown { get; set; }
}

/// <summary>The <c>config</c> object of <see cref="ImageConfig"/>; its names are capitalised in JSON.</summary>
public sealed record ExecutionConfig
{
    /// <summary><c>user</c>, <c>uid</c>, <c>user:group</c>, <c>uid:gid</c>; empty is root.</summary>
    [JsonPropertyName("User")]
    public string? User { get; init; }

    /// <summary>Keys <c>port/tcp</c>, <c>port/udp</c> or <c>port</c>.</summary>
    [JsonPropertyName("ExposedPorts")]
    public IReadOnlyDictionary<string, JsonElement>? ExposedPorts { get; init; }

    /// <summary>The lowest TCP port that it exposes, 1 to 65535; null where it exposes none. A key without a protocol is TCP (image-spec, config.md).</summary>
    [JsonIgnore]
    public int? LowestTcpPort => (ExposedPorts?.Keys ?? [])
        .Select(key => key.Split('/'))
        .Where(parts => parts.Length == 1 || parts[1].Equals("tcp", StringComparison.OrdinalIgnoreCase))
        .Select(parts => ushort.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0 ? port : (int?)null)
        .Min();

    /// <summary><c>NAME=value</c> each.</summary>
    [JsonPropertyName("Env")]
    public IReadOnlyList<string>? Env { get; init; }

    [JsonPropertyName("Entrypoint")]
    public IReadOnlyList<string>? Entrypoint { get; init; }

    /// <summary>Arguments to the entry point, or the command where there is none.</summary>
    [JsonPropertyName("Cmd")]
    public IReadOnlyList<string>? Cmd { get; init; }

    [JsonPropertyName("Volumes")]
    public IReadOnlyDictionary<string, JsonElement>? Volumes { get; init; }

    [JsonPropertyName("WorkingDir")]
    public string? WorkingDir { get; init; }

    [JsonPropertyName("Labels")]
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>A signal's name or number.</summary>
    [JsonPropertyName("StopSignal")]
    public string? StopSignal { get; init; }

    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Unknown { get; set; }
}

/// <summary>The layers, by what they contain.</summary>
public sealed record RootFs
{
    /// <summary>Always <c>layers</c>.</summary>
    public required string Type { get; init; }

    /// <summary>Digest of each uncompressed layer tar, lowest first.</summary>
    [JsonPropertyName("diff_ids")]
    public required IReadOnlyList<Digest> DiffIds { get; init; }
}

/// <summary>How one layer, or one change of the configuration, came to be.</summary>
public sealed record History
{
    public DateTimeOffset? Created { get; init; }

    public string? Author { get; init; }

    [JsonPropertyName("created_by")]
    public string? CreatedBy { get; init; }

    public string? Comment { get; init; }

    /// <summary>True when the entry has no layer.</summary>
    [JsonPropertyName("empty_layer")]
    public bool? EmptyLayer { get; init; }
}
