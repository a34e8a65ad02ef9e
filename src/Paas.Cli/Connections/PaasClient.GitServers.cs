using Paas.Contracts.Api;

namespace Paas.Cli.Connections;

/// <content>Other git servers.</content>
internal sealed partial class PaasClient : IGitServers
{
    public Task<IReadOnlyList<GitLoginDocument>> ListGitLoginsAsync(CancellationToken ct) => GetAsync("/v1/git/logins", Json.IReadOnlyListGitLoginDocument, ct);

    public Task<GitLoginDocument> SetGitLoginAsync(string host, GitLoginRequest request, CancellationToken ct) =>
        SendAsync(HttpMethod.Put, "/v1/git/logins/" + Uri.EscapeDataString(host), request, Json.GitLoginRequest, Json.GitLoginDocument, ct);

    public async Task RemoveGitLoginAsync(string host, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, "/v1/git/logins/" + Uri.EscapeDataString(host));
        using var response = await AskAsync(request, ct);
    }

    public Task<KnownHostDocument> AllowGitHostAsync(string host, CancellationToken ct) =>
        ExchangeAsync(new HttpRequestMessage(HttpMethod.Put, "/v1/git/hosts/" + Uri.EscapeDataString(host)), Json.KnownHostDocument, ct);
}
