using Paas.Contracts.Api;
using Paas.Contracts.Errors;

namespace Paas.ControlPlane.Access;

/// <summary>Tokens and apps that people make for themselves: nobody gives away more than they have.</summary>
public sealed class AccessDesk(AccessRules rules, AccessStore access, TokenStore tokens)
{
    private const long LongestLifetime = 3_155_760_000;

    /// <summary>Makes a token. Forbidden for one of somebody else, or one that may more than the caller.</summary>
    public TokenDocument CreateToken(Subject by, CreateTokenRequest request)
    {
        if (request.LifetimeSeconds is < 1 or > LongestLifetime)
            throw new PaasException(ErrorCode.InvalidRequest, "a token's lifetime is between 1 second and 100 years");
        var user = request.User ?? by.User;
        if (user != by.User) rules.Require(by, AccessAction.Operate, null);
        if (user != Subject.RootName && access.FindUser(user) is null)
            throw new PaasException(ErrorCode.NotFound, $"there is no user {user}", $"Add them first: paas users:add {user}");
        var scope = request.Scope ?? by.Scope;
        if (scope > by.Scope) throw new PaasException(ErrorCode.Forbidden, $"The token '{by.Name}' may not make one that may more than itself");
        if (by.App is { } only && request.App is { } other && other != only)
            throw new PaasException(ErrorCode.Forbidden, $"The token '{by.Name}' is good for {only} alone");
        var app = request.App ?? by.App;
        if (app is not null) rules.Require(by, AccessAction.See, app);
        var lifetime = request.LifetimeSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : (TimeSpan?)null;
        return tokens.Create(request.Name, lifetime, new TokenOwner(user, scope, app));
    }

    /// <summary>The caller's own tokens; for who operates the platform, everybody's.</summary>
    public IReadOnlyList<TokenInfoDocument> ListTokens(Subject by) => tokens.List(rules.Can(by, AccessAction.Operate, null) ? null : by.User);

    /// <summary>Takes a token away. NotFound where there is none that the caller sees; Forbidden for a narrower token that takes a wider one away.</summary>
    public void RemoveToken(Subject by, string name)
    {
        var token = ListTokens(by).FirstOrDefault(one => one.Name == name) ?? throw new PaasException(ErrorCode.NotFound, $"there is no token named '{name}'", "paas tokens lists them.");
        if (name != by.Name && (token.Scope > by.Scope || (by.App is not null && token.App != by.App)))
            throw new PaasException(ErrorCode.Forbidden, $"The token '{by.Name}' may less than '{name}' and cannot take it away");
        tokens.Revoke(name);
    }

    /// <summary>Makes who created an app its administrator; administrators of the platform are that already.</summary>
    public void Own(Subject by, string app)
    {
        if (!by.IsAdministrator) access.Give(app, by.User, AccessRole.Admin);
    }
}
