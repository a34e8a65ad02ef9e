using Paas.Build;
using Paas.Build.Buildpacks;
using Paas.Build.Choosing;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.ControlPlane.Domain;
using Paas.ControlPlane.Store;

namespace Paas.ControlPlane.Buildpacks;

/// <summary>Shows and sets which buildpacks build the apps, and says why a build was done by those it was done by.</summary>
internal sealed class BuildpackDesk(ControlPlaneOptions options, AppStore apps, BuildStore builds, BuildpackSettings settings, BuildExplanations explanations, BuildBills bills) : IBuildpacks
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<InstalledBuildpackDocument>> ListInstalledBuildpacksAsync(CancellationToken ct) => Task.FromResult<IReadOnlyList<InstalledBuildpackDocument>>(
        [.. Installed().All.Select(buildpack => new InstalledBuildpackDocument(buildpack.Id, buildpack.Version, buildpack.Name, buildpack.Wants))]);

    /// <inheritdoc/>
    public Task<BuildpacksDocument> GetBuildpacksAsync(string app, CancellationToken ct) => Task.FromResult(new BuildpacksDocument(settings.Of(apps.Get(app).Name)));

    /// <inheritdoc/>
    public Task<BuildpacksDocument> SetBuildpacksAsync(string app, BuildpacksDocument buildpacks, CancellationToken ct)
    {
        apps.Get(app);
        var named = buildpacks.Buildpacks;
        if (named.Count > BuildpackSource.Most) throw new PaasException(ErrorCode.InvalidRequest, $"an app has no more than {BuildpackSource.Most} buildpacks");
        if (named.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new PaasException(ErrorCode.InvalidRequest, $"{twice.Key} is there twice", "A buildpack builds an app once.");
        Check([.. named.Select(Parse)]);
        settings.Set(app, named);
        return Task.FromResult(buildpacks);
    }

    /// <inheritdoc/>
    public Task<BuildExplanationDocument> ExplainBuildAsync(string app, int build, CancellationToken ct)
    {
        var found = Get(app, build);
        return Task.FromResult(explanations.Find(app, build) ?? throw new PaasException(
            ErrorCode.NotFound,
            found.Ended ? $"build {build} of {app} ended before any buildpack was asked" : $"build {build} of {app} has not asked the buildpacks yet",
            $"What it printed: paas builds:output -a {app} {build}"));
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<BillOfMaterialsDocument>> ListBillsAsync(string app, int build, CancellationToken ct)
    {
        Get(app, build);
        return Task.FromResult(bills.List(app, build));
    }

    /// <inheritdoc/>
    public async Task ReadBillAsync(string app, int build, string path, Stream output, CancellationToken ct)
    {
        var bill = (await ListBillsAsync(app, build, ct)).FirstOrDefault(one => one.Path == path)
            ?? throw new PaasException(ErrorCode.NotFound, $"build {build} of {app} has no bill of materials {path}", $"Those that there are: paas builds:sbom -a {app} {build}");
        await using var file = File.OpenRead(Path.Combine(bills.DirectoryOf(app, build), bill.Path));
        await file.CopyToAsync(output, ct);
    }

    private BuildRecord Get(string app, int build)
    {
        apps.Get(app);
        return builds.Find(app, build) ?? throw new PaasException(ErrorCode.NotFound, $"{app} has no build {build}", $"The newest {options.BuildRetention} are kept.");
    }

    // An id may come with a buildpack from elsewhere; where there is none of those it has to be here.
    private void Check(IReadOnlyList<BuildpackSource> sources)
    {
        if (sources.Any(source => source.Kind != BuildpackSourceKind.Id)) return;
        var installed = Installed();
        foreach (var source in sources.Where(source => installed.Find(source) is null))
        {
            throw new PaasException(
                ErrorCode.InvalidRequest,
                $"there is no buildpack '{source}' on this server",
                $"There are {string.Join(", ", installed.All.Select(buildpack => buildpack.Id))}. Any other is named by the address of its git repository or archive.");
        }
    }

    private BuildpackCatalog Installed()
    {
        try
        {
            return BuildpackCatalog.Load(options.BuildpacksDirectory);
        }
        catch (BuildException error)
        {
            throw new PaasException(ErrorCode.Unavailable, error.Message, error.Hint, error);
        }
    }

    private static BuildpackSource Parse(string name)
    {
        try
        {
            return BuildpackSource.Parse(name);
        }
        catch (FormatException error)
        {
            throw new PaasException(ErrorCode.InvalidRequest, error.Message, "A buildpack is named by an id, by the address of its git repository or archive, or by ./ and a directory of the source.", error);
        }
    }
}
