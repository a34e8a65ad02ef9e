using Microsoft.AspNetCore.Mvc;
using Paas.Contracts.Api;

namespace Paas.Daemon.Endpoints;

/// <summary>Other git servers: logins, and which of them are trusted over SSH.</summary>
internal static class GitServerEndpoints
{
    public static void MapGitServers(this IEndpointRouteBuilder api)
    {
        api.MapGet("/git/logins", async ([FromServices] IGitServers servers, CancellationToken ct) =>
            TypedResults.Json(await servers.ListGitLoginsAsync(ct), ApiJsonContext.Default.IReadOnlyListGitLoginDocument));

        api.MapPut("/git/logins/{host}", async (string host, HttpContext context, [FromServices] IGitServers servers, CancellationToken ct) =>
            TypedResults.Json(
                await servers.SetGitLoginAsync(host, await RequestBody.ReadAsync(context, ApiJsonContext.Default.GitLoginRequest), ct), ApiJsonContext.Default.GitLoginDocument));

        api.MapDelete("/git/logins/{host}", async (string host, [FromServices] IGitServers servers, CancellationToken ct) =>
        {
            await servers.RemoveGitLoginAsync(host, ct);
            return TypedResults.NoContent();
        });

        api.MapPut("/git/hosts/{host}", async (string host, [FromServices] IGitServers servers, CancellationToken ct) =>
            TypedResults.Json(await servers.AllowGitHostAsync(host, ct), ApiJsonContext.Default.KnownHostDocument));
    }
}
