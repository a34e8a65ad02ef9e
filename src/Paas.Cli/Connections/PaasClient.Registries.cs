using Paas.Contracts.Api;

namespace Paas.Cli.Connections;

/// <content>Logins at image registries.</content>
internal sealed partial class PaasClient : IRegistries
{
    public Task<IReadOnlyList<RegistryDocument>> ListRegistriesAsync(CancellationToken ct) =>
        GetAsync("/v1/registries", Json.IReadOnlyListRegistryDocument, ct);

    public Task<RegistryDocument> LogInToRegistryAsync(string registry, RegistryLoginRequest request, CancellationToken ct) =>
        SendAsync(HttpMethod.Put, OfRegistry(registry), request, Json.RegistryLoginRequest, Json.RegistryDocument, ct);

    public async Task LogOutOfRegistryAsync(string registry, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, OfRegistry(registry));
        using var response = await AskAsync(request, ct);
    }

    private static string OfRegistry(string registry) => "/v1/registries/" + Uri.EscapeDataString(registry);
}
