using Microsoft.AspNetCore.Authentication;
using Paas.ControlPlane.Access;
using Paas.ControlPlane.Registry;
using Paas.Daemon.Authentication;

namespace Paas.Daemon.Registry;

/// <summary>Who asks the registry, and what they may.</summary>
/// <param name="Subject">Who it is.</param>
/// <param name="Grants">What a registry token is good for; null for who came with the platform's own token, which is good for all.</param>
/// <param name="Access">Decides.</param>
internal sealed record RegistryCaller(Subject Subject, IReadOnlyList<RegistryGrant>? Grants, RegistryAccess Access)
{
    /// <summary>The repository of grants on the list of repositories: none can be called that.</summary>
    public const string Catalog = "_catalog";

    /// <summary>Whether the person may, whatever their token is good for.</summary>
    public bool Can(string repository, string action) => Access.Can(Subject, repository, action);

    /// <summary>Whether the token is good for it.</summary>
    public bool Holds(string repository, string action) =>
        Grants is null || Grants.Any(grant => grant.Repository == repository && (grant.Actions.Contains(action) || grant.Actions.Contains(RegistryAccess.All)));

    public bool May(string repository, string action) => Holds(repository, action) && Can(repository, action);

    /// <summary>Whether the list of repositories shows it.</summary>
    public bool MaySee(string repository) =>
        Can(repository, RegistryAccess.Pull) && (Holds(Catalog, RegistryAccess.All) || Holds(repository, RegistryAccess.Pull));

    /// <summary>
    /// By a registry token, or in any of the ways that the API knows: the platform's token as bearer or as password of any user, root
    /// on the socket. Null where it is nobody.
    /// </summary>
    public static async Task<RegistryCaller?> IdentifyAsync(HttpContext context, RegistryTokens tokens)
    {
        const string Bearer = "Bearer ";
        var access = context.RequestServices.GetRequiredService<RegistryAccess>();
        var known = context.RequestServices.GetRequiredService<TokenStore>();
        var authorization = context.Request.Headers.Authorization.ToString();
        if (authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) && RegistryTokens.IsOne(authorization[Bearer.Length..]))
        {
            return tokens.Validate(authorization[Bearer.Length..]) is { } identity && known.Find(identity.Name) is { } holder
                ? new RegistryCaller(holder, identity.Grants, access) : null;
        }

        var result = await context.AuthenticateAsync(Caller.Scheme);
        return result.Principal is { } principal && known.Find(Caller.Name(principal)) is { } subject ? new RegistryCaller(subject, null, access) : null;
    }
}
