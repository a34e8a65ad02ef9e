namespace Paas.Contracts.Api;

/// <summary><c>PUT /v1/registries/{registry}</c>. Prints without the password.</summary>
/// <param name="UserName">Whom the registry knows.</param>
/// <param name="Password">Password or access token.</param>
public sealed record RegistryLoginRequest(string UserName, string Password)
{
    public override string ToString() => $"{nameof(RegistryLoginRequest)} {UserName}";
}

/// <summary>A registry that the platform is logged in to; its password is never shown.</summary>
/// <param name="Registry">Host, with its port where it is not 443, e.g. <c>docker.io</c>.</param>
/// <param name="UserName">As whom.</param>
/// <param name="Since">When the login was made.</param>
public sealed record RegistryDocument(string Registry, string UserName, DateTimeOffset Since);
