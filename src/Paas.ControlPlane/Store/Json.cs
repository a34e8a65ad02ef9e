using System.Text.Json;

namespace Paas.ControlPlane.Store;

/// <summary>Maps of names to texts as a column: sorted, so that equal maps are equal texts.</summary>
internal static class Json
{
    internal static string Write(IReadOnlyDictionary<string, string> map) =>
        JsonSerializer.Serialize(new SortedDictionary<string, string>(map.ToDictionary(), StringComparer.Ordinal));

    internal static IReadOnlyDictionary<string, string> Read(string text) =>
        JsonSerializer.Deserialize<SortedDictionary<string, string>>(text) ?? [];
}
