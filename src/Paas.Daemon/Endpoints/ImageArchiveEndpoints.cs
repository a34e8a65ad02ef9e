using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.ControlPlane.Access;
using Paas.Daemon.Authentication;
using Paas.Daemon.Streaming;

namespace Paas.Daemon.Endpoints;

/// <summary>Images in and out.</summary>
internal static class ImageArchiveEndpoints
{
    public static void MapImageArchives(this IEndpointRouteBuilder api)
    {
        api.MapPost("/images/import", ImportAsync);
        api.MapGet("/images/export", ExportAsync);

        api.MapGet("/images/diff", (string? from, string? to, HttpContext context, [FromServices] IImageArchives archives) =>
        {
            RequireRight(context, Given(from, "from"));
            RequireRight(context, Given(to, "to"));
            return SlowAnswer.WriteAsync(context, async ct => (ImageDiffDocument?)await archives.DiffImagesAsync(from!, to!, ct), ApiJsonContext.Default.ImageDiffDocument);
        });

        api.MapPost("/apps/{app}/image", async (string app, HttpContext context, [FromServices] IImageReleases releases) =>
        {
            var request = await RequestBody.ReadAsync(context, ApiJsonContext.Default.DeployImageRequest);
            await EventStream.WriteAsync(context, ct => releases.DeployImageAsync(app, request, ct), ApiJsonContext.Default.BuildEvent);
        });

        api.MapPost("/apps/{app}/instances/{name}/commit", async (string app, string name, HttpContext context, [FromServices] IImageArchives archives) =>
        {
            var request = await RequestBody.ReadAsync(context, ApiJsonContext.Default.CommitRequest);
            await SlowAnswer.WriteAsync(
                context, async ct => (ImportedImageDocument?)await archives.CommitAsync(app, name, request, ct), ApiJsonContext.Default.ImportedImageDocument);
        });
    }

    private static string Given(string? value, string name) =>
        string.IsNullOrEmpty(value) ? throw new PaasException(ErrorCode.InvalidRequest, $"{name} is missing") : value;

    // An app's name means its image; every other name, an image of the platform's.
    private static void RequireRight(HttpContext context, string image)
    {
        var (rules, subject) = (context.RequestServices.GetRequiredService<AccessRules>(), Caller.Subject(context));
        if (!rules.Can(subject, AccessAction.Operate, null)) rules.Require(subject, AccessAction.See, image);
    }

    private static async Task ImportAsync(string? tag, HttpContext context, [FromServices] IImageArchives archives)
    {
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate) rate.MinDataRate = null;
        // The whole archive is read before there is anything to answer, so the answer does not begin before that.
        // Kestrel's own stream refuses to be read synchronously, which a thread that hashes and stores does.
        await using var archive = context.Request.BodyReader.AsStream();
        IReadOnlyList<ImportedImageDocument> found;
        try
        {
            found = await archives.ImportImagesAsync(archive, tag, context.RequestAborted);
        }
        catch (PaasException)
        {
            // A client that is still sending would never read why.
            await archive.CopyToAsync(Stream.Null, context.RequestAborted);
            throw;
        }

        await TypedResults.Json(found, ApiJsonContext.Default.IReadOnlyListImportedImageDocument).ExecuteAsync(context);
    }

    private static async Task ExportAsync(string? image, string? format, HttpContext context, [FromServices] IImageArchives archives)
    {
        RequireRight(context, Given(image, "image"));
        context.Response.ContentType = "application/x-tar";
        await archives.ExportImageAsync(image!, format ?? "docker", context.Response.BodyWriter.AsStream(leaveOpen: true), context.RequestAborted);
    }
}
