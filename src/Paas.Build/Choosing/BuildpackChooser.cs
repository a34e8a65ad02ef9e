using Paas.Build.Buildpacks;
using Paas.Build.Manifests;
using Paas.Build.Sources;
using Paas.Launch.Toml;

namespace Paas.Build.Choosing;

/// <summary>Which buildpacks are tried for an app, and with what.</summary>
/// <param name="Order">The groups.</param>
/// <param name="By">Who chose them, for people; null for the platform's own order.</param>
/// <param name="Env">Variables for the build.</param>
internal sealed record BuildpackChoice(BuildpackOrder Order, string? By, IReadOnlyDictionary<string, string> Env)
{
    /// <summary>What the app says of itself; null where it has no <c>project.toml</c>.</summary>
    public ProjectDescriptor? Project { get; init; }

    /// <summary>True where the same names bring the same buildpacks the next time.</summary>
    public bool IsPinned { get; init; }
}

/// <summary>
/// Finds out who chose the buildpacks of an app: a person (<c>buildpacks:set</c>), the config var <c>BUILDPACK_URL</c>, the app's
/// <c>.buildpacks</c>, its <c>project.toml</c>, its <c>app.json</c>, else the platform; the first of these that did. All that are chosen
/// have to fit.
/// </summary>
/// <param name="options">The platform's.</param>
/// <param name="scratch">A directory of the build's own.</param>
internal sealed class BuildpackChooser(BuildOptions options, string scratch)
{
    public const string Variable = "BUILDPACK_URL";
    public const string FileName = ".buildpacks";
    private const string Set = "buildpacks:set";

    /// <summary>Reads what the app says, and fetches what is not here.</summary>
    /// <exception cref="BuildException">It names what there is not, or cannot be had.</exception>
    public async Task<BuildpackChoice> ChooseAsync(BuildConfig config, SourceTree source, CancellationToken ct)
    {
        var project = ProjectDescriptor.Read(source.Tree);
        var gathering = new BuildpackGathering(options, scratch, source.Tree, PinnedBuildpacks.In(config.CacheDirectory));
        var (by, named) = Chosen(config, project, source.Tree);
        if (named.Count > BuildpackSource.Most) throw new BuildException($"{by} names {named.Count} buildpacks; no more than {BuildpackSource.Most} build an app");
        var group = await gathering.AddAsync(named, ct);
        var pre = await gathering.AddAsync(project?.Pre ?? [], ct);
        var post = await gathering.AddAsync(project?.Post ?? [], ct);
        // A buildpack of the source may be one of the files that are not the app's.
        project?.Prune(source.Path);
        var env = new Dictionary<string, string>(project?.Env ?? new Dictionary<string, string>(), StringComparer.Ordinal);
        foreach (var (name, value) in config.Env) env[name] = value;
        var catalog = gathering.Catalog;
        try
        {
            var order = by is null ? BuildpackOrder.Load(options.BuildpacksDirectory, catalog) : BuildpackOrder.Of([Implied(group, catalog)], catalog);
            return new BuildpackChoice(order.Around(pre, post, catalog), by, env) { Project = project, IsPinned = gathering.IsPinned };
        }
        catch (TomlException exception)
        {
            var others = string.Join(", ", catalog.All.Select(buildpack => buildpack.Id).Distinct());
            throw new BuildException(
                $"the buildpacks chosen by {by ?? ProjectDescriptor.FileName} cannot be used: {exception.Reason}",
                $"This server has {others}. Any other is named by the address of its git repository or archive.",
                exception);
        }
    }

    private static (string? By, IReadOnlyList<ProjectBuildpack> Named) Chosen(BuildConfig config, ProjectDescriptor? project, UntrustedTree app)
    {
        if (config.Buildpacks.Count > 0) return (Set, [.. config.Buildpacks.Select(source => new ProjectBuildpack(source, null, 1))]);
        if (config.Env.GetValueOrDefault(Variable) is { Length: > 0 } address) return (Variable, [Parse(Variable, address)]);
        if (app.ReadText(FileName) is { } text)
        {
            var named = text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#').Select(line => Parse(FileName, line)).ToList();
            if (named.Count > 0) return (FileName, named);
        }

        if (project?.Group is { Count: > 0 } own) return (ProjectDescriptor.FileName, own);
        return config.Manifest?.Buildpacks is { Count: > 0 } listed
            ? (AppManifest.FileName, [.. listed.Select(one => Parse($"{AppManifest.FileName} line {one.Line}", one.Url))])
            : (null, []);
    }

    private static ProjectBuildpack Parse(string where, string text)
    {
        try
        {
            var source = BuildpackSource.Parse(text);
            if (source.Kind == BuildpackSourceKind.Host) throw new FormatException($"{text} is on the server, which only its administrators name, by {Set}: write ./ in front of a directory of the source");
            return new ProjectBuildpack(source, null, 1);
        }
        catch (FormatException exception)
        {
            throw new BuildException($"{where}: {exception.Message}", "A buildpack is named by the address of its git repository or archive, or by the id of an installed one.", exception);
        }
    }

    // A Procfile says what runs, whoever builds; and the platform's own build on packages that one of them provides.
    private static IReadOnlyList<BuildpackReference> Implied(IReadOnlyList<BuildpackReference> group, BuildpackCatalog catalog)
    {
        var found = group.Select(member => catalog.Find(member.Id, member.Version)?.Id).OfType<string>().ToHashSet(StringComparer.OrdinalIgnoreCase);
        var needsPackages = found.Any(id => id.StartsWith(BuildpackCatalog.Own, StringComparison.Ordinal) && id != Buildpack.Procfile);
        return [.. Implied(Buildpack.Packages, needsPackages), .. group, .. Implied(Buildpack.Procfile, true)];

        IEnumerable<BuildpackReference> Implied(string id, bool isWanted) =>
            isWanted && !found.Contains(id) && catalog.Find(id, null) is not null ? [new BuildpackReference(id, null, Optional: true, 1)] : [];
    }
}
