using Microsoft.AspNetCore.Http.HttpResults;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.Daemon.Authentication;

namespace Paas.Daemon.Endpoints;

/// <summary>Who the caller is, and tokens.</summary>
internal static class AccessEndpoints
{
    public static void MapAccess(this IEndpointRouteBuilder api)
    {
        api.MapGet("/whoami", (HttpContext context) =>
            TypedResults.Json(new IdentityDocument(Caller.Name(context.User)), ApiJsonContext.Default.IdentityDocument));

        api.MapPost("/tokens", async (HttpContext context, IPlatform platform, CancellationToken ct) =>
        {
            var request = await RequestBody.ReadAsync(context, ApiJsonContext.Default.CreateTokenRequest);
            if (string.IsNullOrWhiteSpace(request.Name)) throw new PaasException(ErrorCode.InvalidRequest, "name is missing: say what the token is for");
            context.Response.Headers.CacheControl = "no-store";
            return TypedResults.Json(
                await platform.CreateTokenAsync(request, ct), ApiJsonContext.Default.TokenDocument, statusCode: StatusCodes.Status201Created);
        });
    }
}
