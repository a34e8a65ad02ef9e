using Paas.Contracts.Api;

namespace Paas.Daemon.Endpoints;

/// <summary>Releases, rollback and deployments.</summary>
internal static class ReleaseEndpoints
{
    public static void MapReleases(this IEndpointRouteBuilder api)
    {
        api.MapGet("/apps/{app}/releases", async (string app, IPlatform platform, CancellationToken ct) =>
            TypedResults.Json(await platform.ListReleasesAsync(app, ct), ApiJsonContext.Default.IReadOnlyListReleaseDocument));

        api.MapPost("/apps/{app}/rollback", async (string app, HttpContext context, IPlatform platform) =>
        {
            var request = await RequestBody.ReadAsync(context, ApiJsonContext.Default.RollbackRequest);
            await SlowAnswer.WriteAsync(
                context, async ct => (ReleaseDocument?)await platform.RollbackAsync(app, request, ct), ApiJsonContext.Default.ReleaseDocument);
        });

        api.MapGet("/apps/{app}/deployments", async (string app, IPlatform platform, CancellationToken ct) =>
            TypedResults.Json(await platform.ListDeploymentsAsync(app, ct), ApiJsonContext.Default.IReadOnlyListDeploymentDocument));
    }
}
