using Microsoft.AspNetCore.Mvc;
using Paas.Contracts.Api;
using Paas.ControlPlane.Access;
using Paas.Daemon.Authentication;
using Paas.Daemon.Streaming;

namespace Paas.Daemon.Endpoints;

/// <summary>Stacks, and apps upon newer ones.</summary>
internal static class StackEndpoints
{
    public static void MapStacks(this IEndpointRouteBuilder api)
    {
        api.MapGet("/stacks", async (HttpContext context, [FromServices] IStacks stacks, AccessRules rules, CancellationToken ct) =>
        {
            var (found, subject) = (await stacks.ListStacksAsync(ct), Caller.Subject(context));
            var seen = new StacksDocument(
                [.. found.Stacks.Select(stack => stack with { Apps = rules.Visible(subject, stack.Apps, app => app.App) })],
                rules.Visible(subject, found.Others, app => app.App));
            return TypedResults.Json(seen, ApiJsonContext.Default.StacksDocument);
        });

        api.MapPost("/stacks/{stack}/build", (string stack, bool? update, HttpContext context, [FromServices] IStacks stacks) =>
            EventStream.WriteAsync(context, ct => stacks.BuildStackAsync(stack, update ?? false, ct), ApiJsonContext.Default.StackEvent));

        api.MapPost("/apps/{app}/rebase", (string app, HttpContext context, [FromServices] IStacks stacks) =>
            EventStream.WriteAsync(context, ct => stacks.RebaseAsync(app, ct), ApiJsonContext.Default.RebaseEvent));
    }
}
