namespace Paas.Contracts.Api;

/// <summary>The platform's logins at image registries: in process, and over HTTP, as <see cref="IPlatform"/>.</summary>
public interface IRegistries
{
    /// <summary>By name. <c>GET /v1/registries</c></summary>
    Task<IReadOnlyList<RegistryDocument>> ListRegistriesAsync(CancellationToken ct);

    /// <summary>
    /// Tries the login at the registry and keeps it, encrypted. InvalidRequest for a bad name and where the registry does not take the
    /// login, Unavailable where it cannot be reached. <c>PUT /v1/registries/{registry}</c>
    /// </summary>
    Task<RegistryDocument> LogInToRegistryAsync(string registry, RegistryLoginRequest request, CancellationToken ct);

    /// <summary>Forgets the login. NotFound where there is none. <c>DELETE /v1/registries/{registry}</c></summary>
    Task LogOutOfRegistryAsync(string registry, CancellationToken ct);
}
