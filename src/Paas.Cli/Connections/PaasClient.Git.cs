using Paas.Contracts.Api;

namespace Paas.Cli.Connections;

/// <content>The apps' repositories.</content>
internal sealed partial class PaasClient : IGit
{
    public Task<GitDocument> GetGitAsync(string app, CancellationToken ct) => GetAsync(Of(app) + "/git", Json.GitDocument, ct);

    public Task<GitDocument> ChangeGitAsync(string app, GitChange change, CancellationToken ct) =>
        SendAsync(HttpMethod.Patch, Of(app) + "/git", change, Json.GitChange, Json.GitDocument, ct);

    public Task<BuildChangesDocument> GetBuildChangesAsync(string app, int build, CancellationToken ct) =>
        GetAsync($"{Of(app)}/builds/{build}/changes", Json.BuildChangesDocument, ct);
}
