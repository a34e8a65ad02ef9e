using Microsoft.AspNetCore.Authentication;
using Paas.ControlPlane.Registry;
using Paas.Daemon.Authentication;

namespace Paas.Daemon.Registry;

/// <summary>Who asks the registry, and what they may.</summary>
/// <param name="Name">The token's name.</param>
/// <param name="Grants">What a registry token is good for; null for who came with the platform's own token, who may all.</param>
internal sealed record RegistryCaller(string Name, IReadOnlyList<RegistryGrant>? Grants)
{
    public const string Pull = "pull";
    public const string Push = "push";
    public const string Delete = "delete";

    /// <summary>Every action.</summary>
    public const string All = "*";

    /// <summary>The repository of grants on the list of repositories: none can be called that.</summary>
    public const string Catalog = "_catalog";

    public bool May(string repository, string action) =>
        Grants is null || Grants.Any(grant => grant.Repository == repository && (grant.Actions.Contains(action) || grant.Actions.Contains(All)));

    /// <summary>Whether the list of repositories shows it.</summary>
    public bool MaySee(string repository) => May(Catalog, All) || May(repository, Pull);

    /// <summary>
    /// By a registry token, or in any of the ways that the API knows: the platform's token as bearer or as password of any user, root
    /// on the socket. Null where it is nobody.
    /// </summary>
    public static async Task<RegistryCaller?> IdentifyAsync(HttpContext context, RegistryTokens tokens)
    {
        const string Bearer = "Bearer ";
        var authorization = context.Request.Headers.Authorization.ToString();
        if (authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) && RegistryTokens.IsOne(authorization[Bearer.Length..]))
        {
            return tokens.Validate(authorization[Bearer.Length..]) is { } identity ? new RegistryCaller(identity.Name, identity.Grants) : null;
        }

        var result = await context.AuthenticateAsync(Caller.Scheme);
        return result.Principal is { } principal ? new RegistryCaller(Caller.Name(principal), null) : null;
    }
}
