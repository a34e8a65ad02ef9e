using Paas.Contracts.Api;
using Paas.Daemon.Streaming;

namespace Paas.Daemon.Endpoints;

/// <summary>One-off containers.</summary>
internal static class RunEndpoints
{
    public static void MapRun(this IEndpointRouteBuilder api) =>
        api.MapGet("/apps/{app}/run", (string app, HttpContext context, IPlatform platform) => ExecSocket.AnswerAsync(
            context,
            "paas run -- COMMAND",
            ct => platform.GetAppAsync(app, ct),
            ApiJsonContext.Default.RunRequest,
            (request, streams, ct) => platform.RunAsync(app, request, streams, ct)));
}
