using System.Net.Http.Headers;
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

    public IAsyncEnumerable<BuildEvent> DeployArchiveAsync(string app, ArchiveSource source, Stream body, CancellationToken ct)
    {
        var content = new StreamContent(body, 128 * 1024);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        var query = Query(("type", source.Type), ("url", source.Url));
        return StreamAsync(() => new HttpRequestMessage(HttpMethod.Post, Of(app) + "/archive" + query) { Content = content }, Json.BuildEvent, ct);
    }

    public IAsyncEnumerable<BuildEvent> BuildCommitAsync(string app, CommitBuildRequest request, CancellationToken ct) =>
        StreamAsync(() => With(HttpMethod.Post, Of(app) + "/git/builds", request, Json.CommitBuildRequest), Json.BuildEvent, ct);

    public IAsyncEnumerable<BuildEvent> SyncAsync(string app, GitSyncRequest request, CancellationToken ct) =>
        StreamAsync(() => With(HttpMethod.Post, Of(app) + "/git/sync", request, Json.GitSyncRequest), Json.BuildEvent, ct);

    public Task<DeployKeyDocument> GetDeployKeyAsync(string app, CancellationToken ct) => GetAsync(Of(app) + "/git/key", Json.DeployKeyDocument, ct);

    public Task<DeployKeyDocument> RenewDeployKeyAsync(string app, CancellationToken ct) =>
        ExchangeAsync(new HttpRequestMessage(HttpMethod.Post, Of(app) + "/git/key"), Json.DeployKeyDocument, ct);
}
