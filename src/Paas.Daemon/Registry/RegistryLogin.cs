using Microsoft.Extensions.Primitives;
using Paas.ControlPlane.Access;
using Paas.ControlPlane.Registry;
using Paas.Oci;
using Paas.Oci.Distribution;

namespace Paas.Daemon.Registry;

/// <summary>
/// The token server (Docker's "Token Authentication" and its OAuth2 form): the platform's token as password, with any user name,
/// becomes a short-lived token for the repositories that were asked for.
/// </summary>
internal static class RegistryLogin
{
    public static async Task AnswerAsync(HttpContext context)
    {
        var (scopes, secret) = await ReadAsync(context);
        var tokens = context.RequestServices.GetRequiredService<RegistryTokens>();
        var known = context.RequestServices.GetRequiredService<TokenStore>();
        var subject = secret is not null
            ? await known.ValidateAsync(secret) is { } identity ? known.Find(identity.Name) : null
            : await RegistryCaller.IdentifyAsync(context, tokens) is { Grants: null } caller ? caller.Subject : null;
        if (subject is null)
        {
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"Paas\"";
            throw new RegistryRefusalException(RegistryErrorCode.Unauthorized, "the password has to be a token of the platform; paas login:token makes one");
        }

        var access = context.RequestServices.GetRequiredService<RegistryAccess>();
        var grants = scopes.Select(GrantOf).OfType<RegistryGrant>()
            .Select(grant => grant.Repository == RegistryCaller.Catalog ? grant : access.Narrow(subject, grant)).Where(grant => grant.Actions.Count > 0);
        var token = tokens.Create(new RegistryIdentity(subject.Name, [.. grants]), out var issuedAt);
        context.Response.Headers.CacheControl = "no-store";
        await RegistryAnswer.WriteJsonAsync(context, DistributionDocuments.Token(token, RegistryTokens.Lifetime, issuedAt));
    }

    private static async Task<(IEnumerable<string> Scopes, string? Secret)> ReadAsync(HttpContext context)
    {
        if (!HttpMethods.IsPost(context.Request.Method)) return (Split(context.Request.Query["scope"]), null);
        if (!context.Request.HasFormContentType) throw new RegistryRefusalException(RegistryErrorCode.Unsupported, "a token is asked for with GET, or with a form");
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        return (Split(form["scope"]), form[form["grant_type"] == "refresh_token" ? "refresh_token" : "password"].ToString());
    }

    private static IEnumerable<string> Split(StringValues scopes) =>
        scopes.SelectMany(scope => (scope ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries));

    // type:name:actions
    private static RegistryGrant? GrantOf(string scope)
    {
        var (first, last) = (scope.IndexOf(':'), scope.LastIndexOf(':'));
        if (first < 0 || last <= first) return null;
        var (name, actions) = (scope[(first + 1)..last], scope[(last + 1)..].Split(','));
        return scope[..first] switch
        {
            "repository" when Reference.IsPath(name) => new RegistryGrant(name, actions),
            "registry" when name == "catalog" => new RegistryGrant(RegistryCaller.Catalog, [RegistryAccess.All]),
            _ => null,
        };
    }
}
