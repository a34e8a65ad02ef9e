using Paas.Launch.Toml;

namespace Paas.Launch.Processes;

/// <summary>A <c>launch.toml</c> (buildpack spec, "launch.toml (TOML)").</summary>
/// <param name="Processes">One for each type.</param>
/// <param name="Labels">For the image.</param>
/// <param name="Slices">Sets of globs of the app's files, each of which becomes a layer of its own.</param>
public sealed record LaunchMetadata(
    IReadOnlyList<LaunchProcess> Processes, IReadOnlyDictionary<string, string> Labels, IReadOnlyList<IReadOnlyList<string>> Slices)
{
    /// <summary>Of a buildpack that wrote none.</summary>
    public static LaunchMetadata Empty { get; } = new([], new Dictionary<string, string>(), []);

    /// <summary>Reads the document.</summary>
    /// <param name="text">What it says.</param>
    /// <param name="direct">Whether a process that does not say <c>direct</c> is: not before Buildpack API 0.9.</param>
    /// <exception cref="TomlException">It is not launch metadata.</exception>
    public static LaunchMetadata Parse(string text, bool direct = true)
    {
        var document = TomlParser.Parse(text);
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var label in document.Tables("labels")) labels[label.Required("key")] = label.Text("value") ?? "";
        return new LaunchMetadata(
            ProcessTables.Read(document, direct), labels, [.. document.Tables("slices").Select(slice => slice.Strings("paths") ?? [])]);
    }
}
