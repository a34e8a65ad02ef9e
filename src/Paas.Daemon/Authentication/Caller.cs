using System.Security.Claims;
using Microsoft.AspNetCore.Http.Features;
using Paas.Contracts.Api;
using Paas.ControlPlane.Access;

namespace Paas.Daemon.Authentication;

/// <summary>An authenticated caller as a principal.</summary>
internal static class Caller
{
    /// <summary>The scheme's name.</summary>
    public const string Scheme = "Paas";

    public static ClaimsPrincipal Principal(IdentityDocument identity) =>
        new(new ClaimsIdentity([new Claim(ClaimTypes.Name, identity.Name)], Scheme));

    /// <summary>Who asks, with what they may; there for every endpoint that is not for everyone.</summary>
    public static Subject Subject(HttpContext context) => context.Features.GetRequiredFeature<Subject>();

    /// <summary><c>root</c> for the local administrator, else the token's name.</summary>
    public static string Name(ClaimsPrincipal principal) => principal.Identity?.Name ?? "";
}
