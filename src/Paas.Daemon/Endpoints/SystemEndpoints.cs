using Paas.Contracts.Api;

namespace Paas.Daemon.Endpoints;

/// <summary>What answers without a token.</summary>
internal static class SystemEndpoints
{
    public static void MapSystem(this IEndpointRouteBuilder api, DaemonOptions options) =>
        api.MapGet("/version", () => TypedResults.Json(
            new VersionDocument(DaemonVersion.Text, options.Url, options.Domain), ApiJsonContext.Default.VersionDocument)).AllowAnonymous();
}
