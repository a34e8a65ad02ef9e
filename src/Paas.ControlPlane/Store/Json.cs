using System.Text.Json;
using System.Text.Json.Serialization;
using Paas.ControlPlane.Domain;

namespace Paas.ControlPlane.Store;

/// <summary>Maps of names to texts as a column: sorted, so that equal maps are equal texts; and what a release's app.json says.</summary>
internal static class Json
{
    private static readonly JsonSerializerOptions Brief = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    internal static string Write(IReadOnlyDictionary<string, string> map) =>
        JsonSerializer.Serialize(new SortedDictionary<string, string>(map.ToDictionary(), StringComparer.Ordinal));

    internal static IReadOnlyDictionary<string, string> Read(string text) =>
        JsonSerializer.Deserialize<SortedDictionary<string, string>>(text) ?? [];

    /// <returns>Null for one that says nothing.</returns>
    internal static string? Write(ReleaseManifest manifest) =>
        manifest.Cron.Count == 0 && manifest.HealthChecks.Count == 0 ? null : JsonSerializer.Serialize(manifest, Brief);

    internal static ReleaseManifest ReadManifest(string? text) =>
        text is null ? ReleaseManifest.None : JsonSerializer.Deserialize<ReleaseManifest>(text, Brief) ?? ReleaseManifest.None;
}
