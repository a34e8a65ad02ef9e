using Paas.Contracts.Api;
using Paas.Contracts.Errors;

namespace Paas.Daemon.Endpoints;

/// <summary>Config vars.</summary>
internal static class ConfigEndpoints
{
    public static void MapConfig(this IEndpointRouteBuilder api)
    {
        api.MapGet("/apps/{app}/config", async (string app, IPlatform platform, CancellationToken ct) =>
            TypedResults.Json(await platform.GetConfigAsync(app, ct), ApiJsonContext.Default.ConfigDocument));

        api.MapPatch("/apps/{app}/config", async (string app, HttpContext context, IPlatform platform) =>
        {
            var change = await RequestBody.ReadAsync(context, ApiJsonContext.Default.ConfigChange);
            if (change.Vars is null) throw new PaasException(ErrorCode.InvalidRequest, "vars is missing");
            await SlowAnswer.WriteAsync(context, ct => platform.ChangeConfigAsync(app, change, ct), ApiJsonContext.Default.ReleaseDocument);
        });
    }
}
