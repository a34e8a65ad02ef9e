using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.Daemon.Streaming;

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

        api.MapPost("/apps/{app}/archive", DeployArchiveAsync);

        api.MapPost("/apps/{app}/git/builds", async (string app, HttpContext context, [FromServices] IGit git) =>
        {
            var request = await RequestBody.ReadAsync(context, ApiJsonContext.Default.CommitBuildRequest);
            await EventStream.WriteAsync(context, reading => git.BuildCommitAsync(app, request, reading), ApiJsonContext.Default.BuildEvent);
        });

        api.MapPost("/apps/{app}/git/sync", async (string app, HttpContext context, [FromServices] IGit git) =>
        {
            var request = await RequestBody.ReadAsync(context, ApiJsonContext.Default.GitSyncRequest);
            await EventStream.WriteAsync(context, reading => git.SyncAsync(app, request, reading), ApiJsonContext.Default.BuildEvent);
        });

        api.MapGet("/apps/{app}/git/key", async (string app, [FromServices] IGit git, CancellationToken ct) =>
            TypedResults.Json(await git.GetDeployKeyAsync(app, ct), ApiJsonContext.Default.DeployKeyDocument));

        api.MapPost("/apps/{app}/git/key", async (string app, [FromServices] IGit git, CancellationToken ct) =>
            TypedResults.Json(await git.RenewDeployKeyAsync(app, ct), ApiJsonContext.Default.DeployKeyDocument));
    }

    private static async Task DeployArchiveAsync(string app, string? type, string? url, HttpContext context, [FromServices] IGit git, DaemonOptions options)
    {
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate) rate.MinDataRate = null;
        await using var body = new LimitedStream(
            context.Request.Body, options.MaxSourceBytes, "The archive", "Leave out what the build does not need. The server's administrator can raise the limit: paasd --max-source");
        try
        {
            await EventStream.WriteAsync(
                context, ct => git.DeployArchiveAsync(app, new ArchiveSource(type, url), body, ct), ApiJsonContext.Default.BuildEvent, ready: url is null ? body.Ended : null);
        }
        catch (PaasException) when (!context.Response.HasStarted)
        {
            await body.DrainAsync(context.RequestAborted);
            throw;
        }
    }
}
