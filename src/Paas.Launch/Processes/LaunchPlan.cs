using System.Text;
using Paas.Launch.Toml;

namespace Paas.Launch.Processes;

/// <summary>
/// What the build tells the launcher of an image: <c>config/metadata.toml</c> in the layers directory (platform spec,
/// "metadata.toml (TOML)").
/// </summary>
/// <param name="Buildpacks">Ids of the buildpacks that built it, in their order.</param>
/// <param name="Processes">One for each type.</param>
public sealed record LaunchPlan(IReadOnlyList<LaunchedBuildpack> Buildpacks, IReadOnlyList<LaunchProcess> Processes)
{
    /// <summary>Path below the layers directory.</summary>
    public const string File = "config/metadata.toml";

    /// <exception cref="TomlException">It is not such a document.</exception>
    public static LaunchPlan Parse(string text)
    {
        var document = TomlParser.Parse(text);
        return new LaunchPlan(
            [.. document.Tables("buildpacks").Select(table => new LaunchedBuildpack(table.Required("id"), table.Text("version") ?? "", table.Text("api") ?? ""))],
            ProcessTables.Read(document, direct: true));
    }

    /// <summary>The document.</summary>
    public string Write()
    {
        var text = new StringBuilder();
        foreach (var process in Processes)
        {
            text.Append("[[processes]]\ntype = ").Append(TomlWriter.Quote(process.Type))
                .Append("\ncommand = ").Append(Words(process.Command)).Append("\nargs = ").Append(Words(process.Arguments)).Append('\n');
            if (!process.Direct) text.Append("direct = false\n");
            if (process.Default) text.Append("default = true\n");
            if (process.WorkingDirectory is { } directory) text.Append("working-dir = ").Append(TomlWriter.Quote(directory)).Append('\n');
        }

        foreach (var buildpack in Buildpacks)
        {
            text.Append("[[buildpacks]]\nid = ").Append(TomlWriter.Quote(buildpack.Id))
                .Append("\nversion = ").Append(TomlWriter.Quote(buildpack.Version))
                .Append("\napi = ").Append(TomlWriter.Quote(buildpack.Api)).Append('\n');
        }

        return text.ToString();
    }

    private static string Words(IEnumerable<string> words) => $"[{string.Join(", ", words.Select(TomlWriter.Quote))}]";
}

/// <summary>A buildpack whose layers are in an image.</summary>
/// <param name="Id">e.g. <c>paas/nodejs</c>.</param>
/// <param name="Version">Its version.</param>
/// <param name="Api">The Buildpack API it speaks.</param>
public sealed record LaunchedBuildpack(string Id, string Version, string Api)
{
    /// <summary>Its directory below the layers directory.</summary>
    public string EscapedId => Escape(Id);

    /// <summary>A buildpack's id as a file name (buildpack spec, "Layers").</summary>
    public static string Escape(string id) => id.Replace('/', '_');
}
