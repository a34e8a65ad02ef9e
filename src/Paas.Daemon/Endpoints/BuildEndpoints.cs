using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.Daemon.Streaming;

namespace Paas.Daemon.Endpoints;

/// <summary>Builds: submit a source tree, list, read the output.</summary>
internal static class BuildEndpoints
{
    private const string ImageBuildHeader = "Paas-Image-Build";

    private const string Advice =
        "Leave out what the build does not need: git rm --cached, .gitignore. The server's administrator can raise the limit: paasd --max-source";

    public static void MapBuilds(this IEndpointRouteBuilder api)
    {
        api.MapGet("/apps/{app}/builds", async (string app, IPlatform platform, CancellationToken ct) =>
            TypedResults.Json(await platform.ListBuildsAsync(app, ct), ApiJsonContext.Default.IReadOnlyListBuildDocument));

        api.MapPost("/apps/{app}/builds", SubmitAsync);

        api.MapGet("/apps/{app}/builder", async (string app, IPlatform platform, CancellationToken ct) =>
            TypedResults.Json(await platform.GetBuilderAsync(app, ct), ApiJsonContext.Default.BuilderDocument));

        api.MapPut("/apps/{app}/builder", async (string app, HttpContext context, IPlatform platform, CancellationToken ct) =>
            TypedResults.Json(
                await platform.SetBuilderAsync(app, await RequestBody.ReadAsync(context, ApiJsonContext.Default.BuilderDocument), ct), ApiJsonContext.Default.BuilderDocument));

        api.MapPost("/image-builds", BuildImageAsync);

        api.MapPost("/image-builds/{build}/agent", async (string build, HttpContext context, IPlatform platform, CancellationToken ct) =>
        {
            await platform.AnswerAgentAsync(build, await RequestBody.ReadAsync(context, ApiJsonContext.Default.AgentAnswer), ct);
            return TypedResults.NoContent();
        });

        api.MapPost("/apps/{app}/rebuild", (string app, HttpContext context, [FromServices] IRebuilds rebuilds) =>
            EventStream.WriteAsync(context, ct => rebuilds.RebuildAsync(app, ct), ApiJsonContext.Default.BuildEvent));

        api.MapPost("/apps/{app}/builds/{number:int}/cancel", async (string app, int number, IPlatform platform, CancellationToken ct) =>
            TypedResults.Json(await platform.CancelBuildAsync(app, number, ct), ApiJsonContext.Default.BuildDocument));

        api.MapGet("/apps/{app}/builds/{number:int}/output", (string app, int number, HttpContext context, IPlatform platform) =>
            EventStream.WriteAsync(context, ct => platform.ReadBuildOutputAsync(app, number, ct), ApiJsonContext.Default.BuildEvent));
    }

    private static async Task BuildImageAsync(HttpContext context, IPlatform platform, DaemonOptions options)
    {
        var request = ReadImageBuild(context.Request.Headers[ImageBuildHeader].ToString());
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate) rate.MinDataRate = null;
        await using var tar = new LimitedStream(context.Request.Body, options.MaxSourceBytes, "The context", "Leave out what the build does not need: .dockerignore. The server's administrator can raise the limit: paasd --max-source");
        try
        {
            await EventStream.WriteAsync(context, ct => platform.BuildImageAsync(request, tar, ct), ApiJsonContext.Default.ImageBuildEvent, ready: tar.Ended);
        }
        catch (PaasException) when (!context.Response.HasStarted)
        {
            await tar.DrainAsync(context.RequestAborted);
            throw;
        }
    }

    private static ImageBuildRequest ReadImageBuild(string header)
    {
        try
        {
            return JsonSerializer.Deserialize(Convert.FromBase64String(header), ApiJsonContext.Default.ImageBuildRequest)
                ?? throw new FormatException("null");
        }
        catch (Exception error) when (error is FormatException or JsonException)
        {
            throw new PaasException(ErrorCode.InvalidRequest, $"the header {ImageBuildHeader} has no request in base64 of JSON", inner: error);
        }
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
