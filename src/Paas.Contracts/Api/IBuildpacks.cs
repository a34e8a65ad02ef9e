namespace Paas.Contracts.Api;

/// <summary>Which buildpacks build an app, and why: in process, and over HTTP, as <see cref="IPlatform"/>.</summary>
public interface IBuildpacks
{
    /// <summary>Those that are installed. <c>GET /v1/buildpacks</c></summary>
    Task<IReadOnlyList<InstalledBuildpackDocument>> ListInstalledBuildpacksAsync(CancellationToken ct);

    /// <summary><c>GET /v1/apps/{app}/buildpacks</c></summary>
    Task<BuildpacksDocument> GetBuildpacksAsync(string app, CancellationToken ct);

    /// <summary>
    /// Sets all of them, from the next build on. InvalidRequest for what is no buildpack's id or address. <c>PUT /v1/apps/{app}/buildpacks</c>
    /// </summary>
    Task<BuildpacksDocument> SetBuildpacksAsync(string app, BuildpacksDocument buildpacks, CancellationToken ct);

    /// <summary>
    /// NotFound for an unknown build, and for one that ended before a buildpack was asked. <c>GET /v1/apps/{app}/builds/{number}/explanation</c>
    /// </summary>
    Task<BuildExplanationDocument> ExplainBuildAsync(string app, int build, CancellationToken ct);

    /// <summary>
    /// The bills of materials that the buildpacks of a build made; none while it has not ended. NotFound for an unknown build.
    /// <c>GET /v1/apps/{app}/builds/{number}/sbom</c>
    /// </summary>
    Task<IReadOnlyList<BillOfMaterialsDocument>> ListBillsAsync(string app, int build, CancellationToken ct);

    /// <summary>Writes one of them, named by its path in that list; NotFound for any other. <c>GET /v1/apps/{app}/builds/{number}/sbom/{path}</c></summary>
    Task ReadBillAsync(string app, int build, string path, Stream output, CancellationToken ct);
}
