using Microsoft.AspNetCore.Http.Features;
using Paas.Contracts.Errors;

namespace Paas.Daemon.Errors;

/// <summary>The one place where a failure becomes an answer: <see cref="PaasException"/> as it says, anything else a 500 whose id is in the log.</summary>
internal sealed partial class ProblemMiddleware(RequestDelegate next, ILogger<ProblemMiddleware> log)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
            await ExplainBareStatusAsync(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client went away.
        }
        catch (Exception error) when (!context.Response.HasStarted)
        {
            context.Response.Clear();
            await Problem.WriteAsync(context, Explain(context, error));
        }
        catch (Exception error)
        {
            // The status is on the wire already. A stream can still say what became of it; anything else can only be cut off.
            var explained = Explain(context, error);
            if (!await Problem.TryWriteLastAsync(context, explained)) context.Abort();
        }
    }

    private PaasException Explain(HttpContext context, Exception error)
    {
        switch (error)
        {
            case PaasException known:
                return known;
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }:
                return new(ErrorCode.TooLarge, "The request body is too large");
            case BadHttpRequestException bad:
                return new(ErrorCode.InvalidRequest, bad.Message);
            default:
                var id = context.TraceIdentifier;
                Unexpected(id, context.Request.Method, context.Request.Path, error);
                return new(ErrorCode.Internal, $"Something went wrong inside paasd (id {id})", $"Its log has the details: journalctl -u paasd | grep {id}");
        }
    }

    // Routing answers an unknown path or method with a bare status; under /v1 that too is a document.
    private static async Task ExplainBareStatusAsync(HttpContext context)
    {
        if (context.Response.HasStarted || context.Response.ContentLength is not null || context.Response.ContentType is not null) return;
        if (!context.Request.Path.StartsWithSegments("/v1") || context.Features.Get<IHttpUpgradeFeature>()?.IsUpgradableRequest == true) return;
        switch (context.Response.StatusCode)
        {
            case StatusCodes.Status404NotFound:
                await Problem.WriteAsync(context, new(ErrorCode.NotFound, $"The API has no {context.Request.Path}"));
                break;
            case StatusCodes.Status405MethodNotAllowed:
                await Problem.WriteAsync(
                    context,
                    new(ErrorCode.InvalidRequest, $"{context.Request.Path} does not answer to {context.Request.Method}"),
                    StatusCodes.Status405MethodNotAllowed);
                break;
        }
    }

    [LoggerMessage(1011, LogLevel.Error, "{Id}: {Method} {Path} failed")]
    private partial void Unexpected(string id, string method, string path, Exception error);
}
