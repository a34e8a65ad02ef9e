using Paas.Build.Buildpacks;
using Paas.Launch.Processes;

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

    /// <summary>As <see cref="Combine"/>, and only the type that a bare image starts is marked as default.</summary>
    public static IReadOnlyList<(Buildpack Buildpack, LaunchProcess Process)> WithDefault(
        IEnumerable<(Buildpack Buildpack, LaunchMetadata Metadata)> launch)
    {
        var combined = Combine(launch);
        var start = Default([.. combined.Select(entry => entry.Process)]);
        return [.. combined.Select(entry => (entry.Buildpack, entry.Process with { Default = ReferenceEquals(entry.Process, start) }))];
    }
}
