using Paas.Contracts.Api;
using Paas.Contracts.Errors;

namespace Paas.Daemon.Endpoints;

/// <summary>Wanted quantities and the instances there are.</summary>
internal static class FormationEndpoints
{
    public static void MapFormation(this IEndpointRouteBuilder api)
    {
        api.MapGet("/apps/{app}/formation", async (string app, IPlatform platform, CancellationToken ct) =>
            TypedResults.Json(await platform.GetFormationAsync(app, ct), ApiJsonContext.Default.IReadOnlyListFormationEntry));

        api.MapPatch("/apps/{app}/formation", async (string app, HttpContext context, IPlatform platform) =>
        {
            var request = await RequestBody.ReadAsync(context, ApiJsonContext.Default.ScaleRequest);
            if (request.Quantities is null) throw new PaasException(ErrorCode.InvalidRequest, "quantities is missing");
            await SlowAnswer.WriteAsync(
                context, async ct => (IReadOnlyList<FormationEntry>?)await platform.ScaleAsync(app, request, ct), ApiJsonContext.Default.IReadOnlyListFormationEntry);
        });

        api.MapPost("/apps/{app}/restart", async (string app, HttpContext context, IPlatform platform) =>
        {
            var request = await RequestBody.ReadAsync(context, ApiJsonContext.Default.RestartRequest);
            await SlowAnswer.WriteAsync(
                context, async ct => (IReadOnlyList<InstanceDocument>?)await platform.RestartAsync(app, request, ct), ApiJsonContext.Default.IReadOnlyListInstanceDocument);
        });

        api.MapGet("/apps/{app}/instances", async (string app, IPlatform platform, CancellationToken ct) =>
            TypedResults.Json(await platform.ListInstancesAsync(app, ct), ApiJsonContext.Default.IReadOnlyListInstanceDocument));
    }
}
