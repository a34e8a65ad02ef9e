using Paas.Launch.Toml;

namespace Paas.Build.Buildpacks;

/// <summary>What a buildpack can build for (buildpack spec, "Targets"); a part that is not said is any.</summary>
/// <param name="Os">e.g. <c>linux</c>.</param>
/// <param name="Architecture">e.g. <c>amd64</c>.</param>
/// <param name="Distributions">Names and versions; none for any.</param>
public sealed record BuildpackTarget(string? Os, string? Architecture, IReadOnlyList<(string? Name, string? Version)> Distributions)
{
    internal static BuildpackTarget Read(TomlTable table) => new(
        table.Text("os"),
        table.Text("arch"),
        [.. (table["distros"] is null ? table.Tables("distributions") : table.Tables("distros")).Select(distribution => (distribution.Text("name"), distribution.Text("version")))]);

    /// <summary>Whether an image of these is one.</summary>
    public bool Includes(string os, string architecture, string distribution, string version) =>
        IsAny(Os, os) && IsAny(Architecture, architecture)
        && (Distributions.Count == 0 || Distributions.Any(one => IsAny(one.Name, distribution) && IsAny(one.Version, version)));

    public override string ToString() => string.Join('/', new[] { Os, Architecture }.Where(part => !string.IsNullOrEmpty(part)))
        + (Distributions.Count == 0 ? "" : $" ({string.Join(", ", Distributions.Select(one => $"{one.Name} {one.Version}".Trim()))})");

    private static bool IsAny(string? wanted, string actual) => string.IsNullOrEmpty(wanted) || wanted == "*" || wanted == actual;
}
