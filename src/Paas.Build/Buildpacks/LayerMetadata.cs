using Paas.Launch.Toml;

namespace Paas.Build.Buildpacks;

/// <summary>What a layer is for (buildpack spec, "Layer Types").</summary>
/// <param name="Launch">Part of the image.</param>
/// <param name="Build">Seen by later buildpacks.</param>
/// <param name="Cache">Kept for the next build.</param>
public sealed record LayerTypes(bool Launch, bool Build, bool Cache)
{
    public bool Any => Launch || Build || Cache;
}

/// <summary>A <c>&lt;layer&gt;.toml</c> (buildpack spec, "Layer Content Metadata").</summary>
/// <param name="Types">What the layer is for.</param>
/// <param name="Restorable">The document without its types, as the next build finds it.</param>
public sealed record LayerMetadata(LayerTypes Types, string Restorable)
{
    private static readonly string[] Flags = ["launch", "build", "cache"];

    /// <exception cref="TomlException">It is not layer metadata.</exception>
    public static LayerMetadata Parse(string text)
    {
        var document = TomlParser.Parse(text);
        var types = document.Table("types");
        // Where they were before Buildpack API 0.6: the layer would be for nothing, and what is in it missing.
        if (Flags.FirstOrDefault(flag => document[flag] is not null) is { } stray) throw new TomlException(document[stray]!.Line, $"'{stray}' belongs in its table: write [types] above it");
        var kept = new TomlTable(1);
        if (document.Table("metadata") is { } metadata) kept.Add("metadata", metadata);
        return new LayerMetadata(
            new LayerTypes(
                types?.Boolean("launch") ?? false, types?.Boolean("build") ?? false, types?.Boolean("cache") ?? false),
            TomlWriter.Write(kept));
    }
}
