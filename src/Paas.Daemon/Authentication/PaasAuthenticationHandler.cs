using System.Net.Http.Headers;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.ControlPlane.Access;
using Paas.ControlPlane.Access.Ssh;
using Paas.Daemon.Errors;

namespace Paas.Daemon.Authentication;

/// <summary>
/// Three ways to be somebody: a token (Bearer, or Basic with the token as password, which is what git can say; a session over SSH has
/// one of its own); the dashboard's session cookie, which holds a token; being root at the other end of the Unix socket.
/// </summary>
internal sealed class PaasAuthenticationHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, TokenStore tokens, SshSessions sessions, DaemonOptions daemon)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var authorization = Request.Headers.Authorization.ToString();
        if (authorization.Length > 0)
        {
            return Secret(authorization) is { } secret ? await ByTokenAsync(secret) : AuthenticateResult.Fail("the Authorization header has no token");
        }

        if (SessionCookie.Read(Request) is { } session)
        {
            return SameOrigin.Allows(Request) ? await ByTokenAsync(session) : AuthenticateResult.Fail("the request comes from another site");
        }

        return IsLocalRoot() ? Success(new IdentityDocument("root")) : AuthenticateResult.NoResult();
    }

    // The router runs without privileges, but in development it may be root too. What it forwards carries a visitor's hostname and
    // says that it was forwarded; a client on this machine does neither.
    private bool IsLocalRoot() =>
        Context.Features.Get<PeerCredentials>() is { Uid: 0 }
        && Request.Host.Host == "localhost"
        && !Request.Headers.ContainsKey("X-Forwarded-For")
        && !Request.Headers.ContainsKey("X-Forwarded-Host")
        && !Request.Headers.ContainsKey("X-Forwarded-Proto")
        && !Request.Headers.ContainsKey("Forwarded");

    private async Task<AuthenticateResult> ByTokenAsync(string secret) =>
        (SshSessions.IsOne(secret) ? sessions.Validate(secret) : await tokens.ValidateAsync(secret)) is { } identity ? Success(identity) : AuthenticateResult.Fail("the token is unknown or has expired");

    private static AuthenticateResult Success(IdentityDocument identity) =>
        AuthenticateResult.Success(new AuthenticationTicket(Caller.Principal(identity), Caller.Scheme));

    private static string? Secret(string authorization)
    {
        if (!AuthenticationHeaderValue.TryParse(authorization, out var value) || string.IsNullOrEmpty(value.Parameter)) return null;
        if (value.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase)) return value.Parameter;
        if (!value.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase)) return null;
        var pair = new byte[value.Parameter.Length];
        if (!Convert.TryFromBase64String(value.Parameter, pair, out var length)) return null;
        var text = Encoding.UTF8.GetString(pair, 0, length);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? null : text[(colon + 1)..];
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var git = Problem.IsGit(Request);
        if (!git && WantsPage())
        {
            Response.Redirect($"/login?return={Uri.EscapeDataString(Request.Path + Request.QueryString)}");
            return;
        }

        var failed = (await HandleAuthenticateOnceSafeAsync()).Failure is { } failure ? $": {failure.Message}" : "";
        Response.Headers.WWWAuthenticate = git ? "Basic realm=\"Paas\"" : "Bearer realm=\"Paas\"";
        await Problem.WriteAsync(Context, new(ErrorCode.Unauthenticated, $"Not logged in{failed}", $"Log in: paas login {daemon.Url}"));
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        Problem.WriteAsync(Context, new(ErrorCode.Forbidden, "This token does not carry the right to do that"));

    private bool WantsPage() =>
        HttpMethods.IsGet(Request.Method)
        && !Request.Path.StartsWithSegments("/v1")
        && Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);
}
