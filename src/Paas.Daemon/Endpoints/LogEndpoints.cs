using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.Daemon.Streaming;

namespace Paas.Daemon.Endpoints;

/// <summary>An app's log.</summary>
internal static class LogEndpoints
{
    private const int MaxTail = 10_000;

    public static void MapLogs(this IEndpointRouteBuilder api) =>
        api.MapGet("/apps/{app}/logs", (string app, HttpContext context, IPlatform platform) =>
            EventStream.WriteAsync(context, ct => platform.ReadLogsAsync(app, Query(context.Request), ct), ApiJsonContext.Default.LogLine, line => line.Id));

    internal static LogQuery Query(HttpRequest request)
    {
        var query = request.Query;
        var standard = new LogQuery();
        var lastEventId = request.Headers["Last-Event-ID"].ToString();
        return new LogQuery(
            Tail: Number(query["n"], standard.Tail),
            Follow: Flag(query["follow"]),
            Source: NullIfEmpty(query["source"]),
            After: NullIfEmpty(lastEventId) ?? NullIfEmpty(query["after"]));
    }

    private static int Number(string? text, int standard)
    {
        if (string.IsNullOrEmpty(text)) return standard;
        if (int.TryParse(text, out var number) && number is >= 0 and <= MaxTail) return number;
        throw new PaasException(ErrorCode.InvalidRequest, $"n is a number of lines from 0 to {MaxTail}, not {text}");
    }

    private static bool Flag(string? text) => text is "" or "1" or "true";

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
