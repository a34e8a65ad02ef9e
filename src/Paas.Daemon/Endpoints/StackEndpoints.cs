using Microsoft.AspNetCore.Mvc;
using Paas.Contracts.Api;
using Paas.Daemon.Streaming;

namespace Paas.Daemon.Endpoints;

/// <summary>Stacks, and apps upon newer ones.</summary>
internal static class StackEndpoints
{
    public static void MapStacks(this IEndpointRouteBuilder api)
    {
        api.MapGet("/stacks", async ([FromServices] IStacks stacks, CancellationToken ct) =>
            TypedResults.Json(await stacks.ListStacksAsync(ct), ApiJsonContext.Default.StacksDocument));

        api.MapPost("/stacks/{stack}/build", (string stack, bool? update, HttpContext context, [FromServices] IStacks stacks) =>
            EventStream.WriteAsync(context, ct => stacks.BuildStackAsync(stack, update ?? false, ct), ApiJsonContext.Default.StackEvent));

        api.MapPost("/apps/{app}/rebase", (string app, HttpContext context, [FromServices] IStacks stacks) =>
            EventStream.WriteAsync(context, ct => stacks.RebaseAsync(app, ct), ApiJsonContext.Default.RebaseEvent));
    }
}
