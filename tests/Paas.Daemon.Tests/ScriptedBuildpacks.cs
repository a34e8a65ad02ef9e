using Paas.Contracts.Api;
using Paas.Contracts.Errors;

namespace Paas.Daemon.Tests;

/// <summary>Keeps what is set, and knows no build.</summary>
internal sealed class ScriptedBuildpacks : IBuildpacks
{
    private BuildpacksDocument _set = new([]);

    public Task<IReadOnlyList<InstalledBuildpackDocument>> ListInstalledBuildpacksAsync(CancellationToken ct) => Task.FromResult<IReadOnlyList<InstalledBuildpackDocument>>([]);

    public Task<BuildpacksDocument> GetBuildpacksAsync(string app, CancellationToken ct) => Task.FromResult(_set);

    public Task<BuildpacksDocument> SetBuildpacksAsync(string app, BuildpacksDocument buildpacks, CancellationToken ct) => Task.FromResult(_set = buildpacks);

    public Task<BuildExplanationDocument> ExplainBuildAsync(string app, int build, CancellationToken ct) =>
        throw new PaasException(ErrorCode.NotFound, $"build {build} of {app} ended before any buildpack was asked");

    public Task<IReadOnlyList<BillOfMaterialsDocument>> ListBillsAsync(string app, int build, CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<BillOfMaterialsDocument>>([new BillOfMaterialsDocument("launch/me_pack/tools/sbom.cdx.json", "application/vnd.cyclonedx+json", 2)]);

    public async Task ReadBillAsync(string app, int build, string path, Stream output, CancellationToken ct)
    {
        if (path != "launch/me_pack/tools/sbom.cdx.json") throw new PaasException(ErrorCode.NotFound, $"build {build} of {app} has no bill of materials {path}");
        await output.WriteAsync("{}"u8.ToArray(), ct);
    }
}
