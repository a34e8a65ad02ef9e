using Microsoft.AspNetCore.Mvc;
using Paas.ControlPlane.Access;
using Paas.Daemon.Authentication;
using Paas.Web.Endpoints;

namespace Paas.Daemon.Endpoints;

/// <summary>
/// The dashboard's session. <c>POST /session</c> takes the form of the login page (<c>token</c>, <c>return</c>) and answers with the
/// cookie; <c>POST /session/end</c> logs out. A wrong token leads back to <c>/login?failed=1</c>.
/// </summary>
internal static class SessionEndpoints
{
    public static void MapSession(this IEndpointRouteBuilder site)
    {
        site.MapPost("/session", LogInAsync).AllowAnonymous().DisableAntiforgery();
        site.MapPost("/session/end", (HttpContext context) =>
        {
            if (!SameOrigin.Allows(context.Request)) return Results.StatusCode(StatusCodes.Status403Forbidden);
            SessionCookie.Clear(context);
            return SeeOther(context, "/login");
        }).AllowAnonymous().DisableAntiforgery();
    }

    private static async Task<IResult> LogInAsync(
        HttpContext context, [FromForm] string? token, [FromForm(Name = "return")] string? target, TokenStore tokens)
    {
        // Otherwise another site could log a person in to its own account and watch what they do there.
        if (!SameOrigin.Allows(context.Request)) return Results.StatusCode(StatusCodes.Status403Forbidden);
        var local = LocalPath.Of(target);
        if (string.IsNullOrWhiteSpace(token) || await tokens.ValidateAsync(token.Trim()) is null)
        {
            return SeeOther(context, $"/login?failed=1&return={Uri.EscapeDataString(local)}");
        }

        SessionCookie.Write(context, token.Trim());
        return SeeOther(context, local);
    }

    private static IResult SeeOther(HttpContext context, string target)
    {
        context.Response.Headers.Location = target;
        context.Response.Headers.CacheControl = "no-store";
        return Results.StatusCode(StatusCodes.Status303SeeOther);
    }
}
