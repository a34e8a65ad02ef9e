using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.Contracts.Routing;
using Paas.Router.Table;

namespace Paas.Router.Control;

/// <summary>
/// The control socket: <c>PUT /snapshot</c>, <c>GET /status</c>, <c>GET /inflight</c>. Works on the thread pool, never on the sockets'
/// threads: a snapshot of ten thousand hosts must not hold up a visitor.
/// </summary>
internal sealed partial class Controller(LiveTable live, SnapshotFile file, Func<RouterStatus> status, ILogger logger)
    : IHttpApplication<HttpContext>, IDisposable
{
    private readonly SemaphoreSlim putting = new(1);

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }

    public async Task ProcessRequestAsync(HttpContext context)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await DispatchAsync(context);
        }
        catch (PaasException refusal)
        {
            await ProblemAsync(context, refusal);
        }
    }

    public void Dispose() => putting.Dispose();

    private async Task DispatchAsync(HttpContext context)
    {
        if (context.Features.Get<PeerCredentials>() is not { MayControl: true })
        {
            throw new PaasException(ErrorCode.Forbidden, "Only root and the router's own user may use this socket.");
        }

        switch (context.Request.Method, context.Request.Path.Value)
        {
            case ("PUT", "/snapshot"):
                await PutAsync(context);
                break;
            case ("GET", "/status"):
                await AnswerAsync(context, 200, status(), RoutingJsonContext.Default.RouterStatus);
                break;
            case ("GET", "/inflight"):
                await AnswerAsync(context, 200, live.Loads(), RoutingJsonContext.Default.IReadOnlyListEndpointLoad);
                break;
            default:
                throw new PaasException(
                    ErrorCode.NotFound,
                    $"There is no {context.Request.Method} {context.Request.Path} here.",
                    "PUT /snapshot, GET /status and GET /inflight are.");
        }
    }

    private async Task PutAsync(HttpContext context)
    {
        var snapshot = await ReadAsync(context);
        var problems = SnapshotRules.Check(snapshot);
        if (problems.Count > 0) throw Invalid(string.Join("; ", problems));
        await putting.WaitAsync(context.RequestAborted);
        try
        {
            if (snapshot.Generation < live.Current.Generation)
            {
                LogStale(logger, snapshot.Generation, live.Current.Generation);
                await AnswerAsync(context, 409, new RouterAck(live.Current.Generation), RoutingJsonContext.Default.RouterAck);
                return;
            }

            Keep(snapshot);
            live.Apply(snapshot);
        }
        finally
        {
            putting.Release();
        }

        LogApplied(logger, snapshot.Generation, snapshot.Apps.Count, live.Current.Hosts);
        await AnswerAsync(context, 200, new RouterAck(snapshot.Generation), RoutingJsonContext.Default.RouterAck);
    }

    private static async Task<RouterSnapshot> ReadAsync(HttpContext context)
    {
        try
        {
            return await JsonSerializer.DeserializeAsync(
                context.Request.Body, RoutingJsonContext.Default.RouterSnapshot, context.RequestAborted) ?? throw Invalid("it is null");
        }
        catch (JsonException error)
        {
            throw Invalid(error.Message);
        }
    }

    private static PaasException Invalid(string why) =>
        new(ErrorCode.InvalidRequest, $"The snapshot is refused: {why}.", "The router goes on with the one it has.");

    // What is acknowledged must be there after a crash, so a disk that takes nothing refuses the snapshot too.
    private void Keep(RouterSnapshot snapshot)
    {
        try
        {
            file.Save(snapshot);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            LogNotKept(logger, snapshot.Generation, error.Message);
            throw new PaasException(
                ErrorCode.Internal,
                $"The router cannot keep the snapshot: {error.Message}",
                "Look at the space on its disk and the owner of its data directory. It goes on with the one it has.");
        }
    }

    private static Task ProblemAsync(HttpContext context, PaasException refusal)
    {
        var code = ErrorCodes.HttpStatus(refusal.Code);
        var document = new ProblemDocument(refusal.Message, code, ErrorCodes.ToWire(refusal.Code), refusal.Hint);
        return AnswerAsync(context, code, document, ApiJsonContext.Default.ProblemDocument, "application/problem+json");
    }

    private static async Task AnswerAsync<T>(
        HttpContext context, int statusCode, T document, JsonTypeInfo<T> type, string contentType = "application/json")
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(document, type);
        context.Response.StatusCode = statusCode;
        context.Response.ContentType = contentType;
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    [LoggerMessage(20, LogLevel.Information, "serving snapshot {Generation}: {Apps} apps, {Hosts} hosts")]
    private static partial void LogApplied(ILogger logger, long generation, int apps, int hosts);

    [LoggerMessage(21, LogLevel.Warning, "snapshot {Generation} came after {Current}; refused")]
    private static partial void LogStale(ILogger logger, long generation, long current);

    [LoggerMessage(22, LogLevel.Error, "snapshot {Generation} cannot be kept and is refused: {Reason}")]
    private static partial void LogNotKept(ILogger logger, long generation, string reason);
}
