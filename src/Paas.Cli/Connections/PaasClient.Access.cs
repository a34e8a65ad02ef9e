using Paas.Contracts.Api;

namespace Paas.Cli.Connections;

/// <content>Tokens, people, and who may do what.</content>
internal sealed partial class PaasClient
{
    public Task<IReadOnlyList<TokenInfoDocument>> ListTokensAsync(CancellationToken ct) => GetAsync("/v1/tokens", Json.IReadOnlyListTokenInfoDocument, ct);

    public Task<TokenDocument> CreateTokenAsync(CreateTokenRequest request, CancellationToken ct) =>
        SendAsync(HttpMethod.Post, "/v1/tokens", request, Json.CreateTokenRequest, Json.TokenDocument, ct);

    public Task RemoveTokenAsync(string name, CancellationToken ct) => DeleteAsync($"/v1/tokens/{Uri.EscapeDataString(name)}", ct);

    public Task<IReadOnlyList<UserDocument>> ListUsersAsync(CancellationToken ct) => GetAsync("/v1/users", Json.IReadOnlyListUserDocument, ct);

    public Task<UserDocument> SetUserAsync(string user, UserRequest request, CancellationToken ct) =>
        SendAsync(HttpMethod.Put, $"/v1/users/{Uri.EscapeDataString(user)}", request, Json.UserRequest, Json.UserDocument, ct);

    public Task RemoveUserAsync(string user, CancellationToken ct) => DeleteAsync($"/v1/users/{Uri.EscapeDataString(user)}", ct);

    public Task<IReadOnlyList<AccessDocument>> ListAccessAsync(string app, CancellationToken ct) => GetAsync(Of(app) + "/access", Json.IReadOnlyListAccessDocument, ct);

    public Task<AccessDocument> GiveAccessAsync(string app, string user, AccessRequest request, CancellationToken ct) =>
        SendAsync(HttpMethod.Put, $"{Of(app)}/access/{Uri.EscapeDataString(user)}", request, Json.AccessRequest, Json.AccessDocument, ct);

    public Task TakeAccessAsync(string app, string user, CancellationToken ct) => DeleteAsync($"{Of(app)}/access/{Uri.EscapeDataString(user)}", ct);

    private async Task DeleteAsync(string path, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, path);
        using var response = await AskAsync(request, ct);
    }
}
