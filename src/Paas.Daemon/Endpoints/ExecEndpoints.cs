using Paas.Contracts.Api;
using Paas.Daemon.Streaming;

namespace Paas.Daemon.Endpoints;

/// <summary>Further processes in running instances.</summary>
internal static class ExecEndpoints
{
    public static void MapExec(this IEndpointRouteBuilder api) =>
        api.MapGet("/apps/{app}/instances/{name}/exec", (string app, string name, HttpContext context, IPlatform platform) => ExecSocket.AnswerAsync(
            context,
            "paas enter",
            ct => platform.GetAppAsync(app, ct),
            ApiJsonContext.Default.InstanceExecRequest,
            (request, streams, ct) => platform.ExecAsync(app, name, request, streams, ct)));
}
