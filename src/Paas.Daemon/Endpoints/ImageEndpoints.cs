using Paas.Contracts.Api;
using Paas.ControlPlane.Access;
using Paas.Daemon.Authentication;

namespace Paas.Daemon.Endpoints;

/// <summary>Images: what they take, what is in them, which are released when they are pushed; cleaning up.</summary>
internal static class ImageEndpoints
{
    public static void MapImages(this IEndpointRouteBuilder api)
    {
        api.MapGet("/images", async (HttpContext context, IPlatform platform, AccessRules rules, CancellationToken ct) => TypedResults.Json(
            rules.Visible(Caller.Subject(context), await platform.ListImageUseAsync(ct), use => use.App), ApiJsonContext.Default.IReadOnlyListAppImagesDocument));

        api.MapGet("/apps/{app}/images", async (string app, IPlatform platform, CancellationToken ct) =>
            TypedResults.Json(await platform.ListImagesAsync(app, ct), ApiJsonContext.Default.IReadOnlyListImageDocument));

        // A reference may have slashes: sub/name:tag.
        api.MapGet("/apps/{app}/images/{**reference}", async (string app, string reference, IPlatform platform, CancellationToken ct) =>
            TypedResults.Json(await platform.GetImageAsync(app, reference, ct), ApiJsonContext.Default.ImageDetailDocument));

        api.MapGet("/apps/{app}/registry", async (string app, IPlatform platform, CancellationToken ct) =>
            TypedResults.Json(await platform.GetRegistryAsync(app, ct), ApiJsonContext.Default.AppRegistryDocument));

        api.MapPut("/apps/{app}/registry", async (string app, HttpContext context, IPlatform platform, CancellationToken ct) =>
        {
            var request = await RequestBody.ReadAsync(context, ApiJsonContext.Default.AppRegistryRequest);
            return TypedResults.Json(await platform.SetRegistryAsync(app, request, ct), ApiJsonContext.Default.AppRegistryDocument);
        });

        api.MapPost("/cleanup", async (HttpContext context, IPlatform platform) =>
        {
            var request = await RequestBody.ReadAsync(context, ApiJsonContext.Default.CleanupRequest);
            await SlowAnswer.WriteAsync(context, async ct => (CleanupDocument?)await platform.CleanUpAsync(request, ct), ApiJsonContext.Default.CleanupDocument);
        });
    }
}
