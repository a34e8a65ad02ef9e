using Paas.Launch.Toml;

namespace Paas.Build.Buildpacks;

/// <summary>A dependency that a buildpack needs someone to provide.</summary>
/// <param name="Name">Its name, agreed between buildpacks.</param>
/// <param name="Metadata">For the provider, e.g. a version; null without.</param>
public sealed record PlanRequirement(string Name, TomlTable? Metadata);

/// <summary>One way in which a buildpack can take part: what it provides and what it requires.</summary>
public sealed record PlanAlternative(IReadOnlyList<string> Provides, IReadOnlyList<PlanRequirement> Requires);

/// <summary>What <c>bin/detect</c> wrote (buildpack spec, "Build Plan (TOML)"): alternatives, the preferred first; at least one.</summary>
public sealed record BuildPlan(IReadOnlyList<PlanAlternative> Alternatives)
{
    /// <summary>The plan of a buildpack that wrote none.</summary>
    public static BuildPlan Empty { get; } = new([new PlanAlternative([], [])]);

    /// <exception cref="TomlException">It is not a build plan.</exception>
    public static BuildPlan Parse(string text)
    {
        var document = TomlParser.Parse(text);
        return new BuildPlan([Alternative(document), .. document.Tables("or").Select(Alternative)]);
    }

    private static PlanAlternative Alternative(TomlTable table) => new(
        [.. table.Tables("provides").Select(entry => entry.Required("name"))],
        [.. table.Tables("requires").Select(entry => new PlanRequirement(entry.Required("name"), entry.Table("metadata")))]);
}
