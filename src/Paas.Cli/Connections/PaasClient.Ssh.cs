using Paas.Contracts.Api;

namespace Paas.Cli.Connections;

/// <content>Keys that may log in over SSH, and what their sessions ask for.</content>
internal sealed partial class PaasClient : ISshKeys
{
    public Task<IReadOnlyList<SshKeyDocument>> ListSshKeysAsync(CancellationToken ct) => GetAsync("/v1/ssh-keys", Json.IReadOnlyListSshKeyDocument, ct);

    public Task<SshKeyDocument> AddSshKeyAsync(AddSshKeyRequest request, CancellationToken ct) =>
        SendAsync(HttpMethod.Post, "/v1/ssh-keys", request, Json.AddSshKeyRequest, Json.SshKeyDocument, ct);

    public async Task RemoveSshKeyAsync(string name, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, "/v1/ssh-keys/" + Uri.EscapeDataString(name));
        using var response = await AskAsync(request, ct);
    }

    public Task<SshSessionDocument> OpenSshSessionAsync(SshSessionRequest request, CancellationToken ct) =>
        SendAsync(HttpMethod.Post, "/v1/ssh-sessions", request, Json.SshSessionRequest, Json.SshSessionDocument, ct);

    /// <summary>One of git's services on an app's repository, as one conversation.</summary>
    /// <returns>Its exit code.</returns>
    public Task<int> RunGitAsync(string app, string service, GitSessionRequest request, ExecStreams streams, CancellationToken ct) =>
        AttachAsync(app, $"/git/{service}", request, Json.GitSessionRequest, streams, ct);
}
