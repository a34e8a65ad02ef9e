using Microsoft.AspNetCore.Mvc;
using Paas.Contracts.Api;

namespace Paas.Daemon.Endpoints;

/// <summary>Tasks by the clock.</summary>
internal static class CronEndpoints
{
    public static void MapCron(this IEndpointRouteBuilder api) =>
        api.MapGet("/apps/{app}/cron", async (string app, [FromServices] ICron cron, CancellationToken ct) =>
            TypedResults.Json(await cron.ListCronAsync(app, ct), ApiJsonContext.Default.IReadOnlyListCronTaskDocument));
}
