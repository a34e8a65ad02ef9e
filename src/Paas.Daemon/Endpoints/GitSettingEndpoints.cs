using Microsoft.AspNetCore.Mvc;
using Paas.Contracts.Api;

namespace Paas.Daemon.Endpoints;

/// <summary>The apps' repositories: what pushes do, and what was in them.</summary>
internal static class GitSettingEndpoints
{
    public static void MapGitSettings(this IEndpointRouteBuilder api)
    {
        api.MapGet("/apps/{app}/git", async (string app, [FromServices] IGit git, CancellationToken ct) =>
            TypedResults.Json(await git.GetGitAsync(app, ct), ApiJsonContext.Default.GitDocument));

        api.MapPatch("/apps/{app}/git", async (string app, HttpContext context, [FromServices] IGit git, CancellationToken ct) =>
            TypedResults.Json(
                await git.ChangeGitAsync(app, await RequestBody.ReadAsync(context, ApiJsonContext.Default.GitChange), ct), ApiJsonContext.Default.GitDocument));

        api.MapGet("/apps/{app}/builds/{number:int}/changes", async (string app, int number, [FromServices] IGit git, CancellationToken ct) =>
            TypedResults.Json(await git.GetBuildChangesAsync(app, number, ct), ApiJsonContext.Default.BuildChangesDocument));
    }
}
