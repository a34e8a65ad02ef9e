using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.Daemon.Streaming;

namespace Paas.Daemon.Endpoints;

/// <summary>Builds: submit a source tree, list, read the output.</summary>
internal static class BuildEndpoints
{
    private const string Advice =
        "Leave out what the build does not need: git rm --cached, .gitignore. The server's administrator can raise the limit: paasd --max-source";

    public static void MapBuilds(this IEndpointRouteBuilder api)
    {
        api.MapGet("/apps/{app}/builds", async (string app, IPlatform platform, CancellationToken ct) =>
            TypedResults.Json(await platform.ListBuildsAsync(app, ct), ApiJsonContext.Default.IReadOnlyListBuildDocument));

        api.MapPost("/apps/{app}/builds", SubmitAsync);

        api.MapGet("/apps/{app}/builds/{number:int}/output", (string app, int number, HttpContext context, IPlatform platform) =>
            EventStream.WriteAsync(context, ct => platform.ReadBuildOutputAsync(app, number, ct), ApiJsonContext.Default.BuildEvent));
    }

    private static async Task SubmitAsync(
        string app, string? commit, string? branch, string? message, string? author, HttpContext context, IPlatform platform, DaemonOptions options)
    {
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate) rate.MinDataRate = null;
        var source = new BuildSource(commit, branch, message, author);
        await using var tar = new LimitedStream(context.Request.Body, options.MaxSourceBytes, "The source", Advice);
        try
        {
            await EventStream.WriteAsync(
                context, ct => platform.SubmitBuildAsync(app, source, tar, ct), ApiJsonContext.Default.BuildEvent, ready: tar.Ended);
        }
        catch (PaasException) when (!context.Response.HasStarted)
        {
            await tar.DrainAsync(context.RequestAborted);
            throw;
        }
    }
}
