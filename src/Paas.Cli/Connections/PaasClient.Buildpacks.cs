using Paas.Contracts.Api;

namespace Paas.Cli.Connections;

/// <content>Which buildpacks build the apps, and why.</content>
internal sealed partial class PaasClient : IBuildpacks
{
    public Task<IReadOnlyList<InstalledBuildpackDocument>> ListInstalledBuildpacksAsync(CancellationToken ct) =>
        GetAsync("/v1/buildpacks", Json.IReadOnlyListInstalledBuildpackDocument, ct);

    public Task<BuildpacksDocument> GetBuildpacksAsync(string app, CancellationToken ct) => GetAsync(Of(app) + "/buildpacks", Json.BuildpacksDocument, ct);

    public Task<BuildpacksDocument> SetBuildpacksAsync(string app, BuildpacksDocument buildpacks, CancellationToken ct) =>
        SendAsync(HttpMethod.Put, Of(app) + "/buildpacks", buildpacks, Json.BuildpacksDocument, Json.BuildpacksDocument, ct);

    public Task<BuildExplanationDocument> ExplainBuildAsync(string app, int build, CancellationToken ct) =>
        GetAsync($"{Of(app)}/builds/{build}/explanation", Json.BuildExplanationDocument, ct);

    public Task<IReadOnlyList<BillOfMaterialsDocument>> ListBillsAsync(string app, int build, CancellationToken ct) =>
        GetAsync($"{Of(app)}/builds/{build}/sbom", Json.IReadOnlyListBillOfMaterialsDocument, ct);

    public Task ReadBillAsync(string app, int build, string path, Stream output, CancellationToken ct) =>
        CopyAsync($"{Of(app)}/builds/{build}/sbom/{string.Join('/', path.Split('/').Select(Uri.EscapeDataString))}", "file", output, ct);
}
