using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.Daemon.Streaming;

namespace Paas.Daemon.Endpoints;

/// <summary>One-off containers.</summary>
internal static class RunEndpoints
{
    // The command's whole input comes in the request, base64.
    private const long MaxBodyBytes = 64L << 20;

    public static void MapRun(this IEndpointRouteBuilder api) =>
        api.MapPost("/apps/{app}/run", async (string app, HttpContext context, IPlatform platform) =>
        {
            var request = await RequestBody.ReadAsync(context, ApiJsonContext.Default.RunRequest, MaxBodyBytes);
            if (request.Command is not { Count: > 0 }) throw new PaasException(ErrorCode.InvalidRequest, "command is missing");
            await EventStream.WriteAsync(context, ct => platform.RunAsync(app, request, ct), ApiJsonContext.Default.RunEvent);
        });
}
