using Paas.Build.Buildpacks;
using Paas.Build.Sources;

namespace Paas.Build.Choosing;

/// <summary>Buildpacks as they are gathered for a build, and how an order names them.</summary>
/// <param name="options">The platform's.</param>
/// <param name="scratch">A directory of the build's own.</param>
/// <param name="app">The source, which may have some of its own.</param>
/// <param name="pinned">Those that were fetched before and cannot have changed.</param>
internal sealed class BuildpackGathering(BuildOptions options, string scratch, UntrustedTree app, PinnedBuildpacks pinned)
{
    private readonly BuildpackCatalog _installed = BuildpackCatalog.Load(options.BuildpacksDirectory);
    private readonly BuildpackFetch _fetch = new(scratch, options.MaximumSourceBytes, pinned);
    private readonly List<Buildpack> _brought = [];
    private int _scripts;

    /// <summary>Those that are installed, and those that were gathered.</summary>
    public BuildpackCatalog Catalog => _installed.With(_brought);

    /// <summary>Whether all of them were named so that the same will come the next time.</summary>
    public bool IsPinned { get; private set; } = true;

    /// <summary>Has them here.</summary>
    /// <exception cref="BuildException">One cannot be had, or is none.</exception>
    public async Task<IReadOnlyList<BuildpackReference>> AddAsync(IEnumerable<ProjectBuildpack> buildpacks, CancellationToken ct)
    {
        var references = new List<BuildpackReference>();
        foreach (var buildpack in buildpacks) references.Add(await AddAsync(buildpack, ct));
        return references;
    }

    private async Task<BuildpackReference> AddAsync(ProjectBuildpack buildpack, CancellationToken ct)
    {
        if (buildpack.Script is { } script) return Add([InlineBuildpack.Write(script, Path.Combine(scratch, $"script-{++_scripts}"), _scripts, buildpack.Line)]);
        var source = buildpack.Source!;
        IsPinned &= source.IsPinned;
        return source.Kind == BuildpackSourceKind.Id
            // It may come with another that is named later.
            ? new BuildpackReference(source.Reference.Id, source.Reference.Version, false, buildpack.Line)
            : Add(await _fetch.FetchAsync(source, app, ct));
    }

    private BuildpackReference Add(IReadOnlyList<Buildpack> fetched)
    {
        _brought.AddRange(fetched);
        return new BuildpackReference(fetched[0].Id, fetched[0].Version, false, 1);
    }
}
