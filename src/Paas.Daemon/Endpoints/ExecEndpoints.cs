using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.Daemon.Streaming;

namespace Paas.Daemon.Endpoints;

/// <summary>Further processes in running instances.</summary>
internal static class ExecEndpoints
{
    public static void MapExec(this IEndpointRouteBuilder api) =>
        api.MapGet("/apps/{app}/instances/{name}/exec", async (string app, string name, HttpContext context, IPlatform platform) =>
        {
            if (!context.WebSockets.IsWebSocketRequest) throw new PaasException(ErrorCode.InvalidRequest, "This answers to a WebSocket only", "For example: paas enter");
            // What is known to be wrong before the first frame is an ordinary answer.
            await platform.GetAppAsync(app, context.RequestAborted);
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            var stopping = context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
            await using var session = new ExecSocket(socket);
            await session.RunAsync((request, streams, ct) => platform.ExecAsync(app, name, request, streams, ct), ended.Token);
        });
}
