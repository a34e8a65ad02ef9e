using Paas.Build.Buildpacks;

namespace Paas.Build.Lifecycle;

/// <summary>The app's processes, out of every buildpack's <c>launch.toml</c>.</summary>
internal static class ProcessTypes
{
    /// <summary>One process per type, later buildpacks over earlier ones (buildpack spec, "launch.toml").</summary>
    public static IReadOnlyList<(Buildpack Buildpack, LaunchProcess Process)> Combine(
        IEnumerable<(Buildpack Buildpack, LaunchMetadata Metadata)> launch)
    {
        var combined = new OrderedDictionary<string, (Buildpack, LaunchProcess)>(StringComparer.Ordinal);
        foreach (var (buildpack, metadata) in launch)
        {
            foreach (var process in metadata.Processes) combined[process.Type] = (buildpack, process);
        }

        return [.. combined.Values];
    }

    /// <summary>The type that a bare image starts: the last declared as default, else <c>web</c>, else none.</summary>
    public static LaunchProcess? Default(IReadOnlyList<LaunchProcess> processes) =>
        processes.LastOrDefault(process => process.Default) ?? processes.FirstOrDefault(process => process.Type == "web");

    /// <summary>
    /// A command with variables of its own in front. The image has one environment for all its processes; what a layer sets for
    /// one process type only goes here.
    /// </summary>
    public static string WithVariables(
        string command, IReadOnlyDictionary<string, string> common, IReadOnlyDictionary<string, string> own)
    {
        var exports = own
            .Where(pair => !common.TryGetValue(pair.Key, out var value) || value != pair.Value)
            .OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => ShellText.Quote($"{pair.Key}={pair.Value}"))
            .ToList();
        return exports.Count == 0 ? command : $"export {string.Join(' ', exports)}; {command}";
    }
}
