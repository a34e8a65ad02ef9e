using Paas.Contracts.Api;
using Paas.ControlPlane.Access;
using Paas.Daemon.Authentication;

namespace Paas.Daemon.Endpoints;

/// <summary>Apps: list, create, show, destroy.</summary>
internal static class AppEndpoints
{
    public static void MapApps(this IEndpointRouteBuilder api)
    {
        api.MapGet("/apps", async (HttpContext context, IPlatform platform, AccessRules rules, CancellationToken ct) => TypedResults.Json(
            rules.Visible(Caller.Subject(context), await platform.ListAppsAsync(ct), app => app.Name), ApiJsonContext.Default.IReadOnlyListAppDocument));

        api.MapPost("/apps", async (HttpContext context, IPlatform platform, AccessDesk desk, CancellationToken ct) =>
        {
            var request = await RequestBody.ReadAsync(context, ApiJsonContext.Default.CreateAppRequest);
            var app = await platform.CreateAppAsync(request, ct);
            desk.Own(Caller.Subject(context), app.Name);
            context.Response.Headers.Location = $"/v1/apps/{app.Name}";
            return TypedResults.Json(app, ApiJsonContext.Default.AppDocument, statusCode: StatusCodes.Status201Created);
        });

        api.MapGet("/apps/{app}", async (string app, IPlatform platform, CancellationToken ct) =>
            TypedResults.Json(await platform.GetAppAsync(app, ct), ApiJsonContext.Default.AppDocument));

        api.MapDelete("/apps/{app}", (string app, HttpContext context, IPlatform platform) =>
            SlowAnswer.WriteAsync(context, ct => DestroyAsync(platform, app, ct), ApiJsonContext.Default.AppDocument));
    }

    private static async Task<AppDocument?> DestroyAsync(IPlatform platform, string app, CancellationToken ct)
    {
        await platform.DestroyAppAsync(app, ct);
        return null;
    }
}
