using System.Buffers;
using System.Diagnostics;
using System.Text.Unicode;
using Paas.Router.Proxy;

namespace Paas.Router.Access;

/// <summary>The line an app's log has for each request: <c>method=GET path="/" host=… status=200 …</c>.</summary>
internal static class AccessLine
{
    /// <summary>The longest line there can be, in bytes.</summary>
    public const int Longest = 8192;

    private const int LongestPath = 4096;

    // What would end a quoted value or move a terminal's cursor; the control characters from 128 on do so too.
    private static readonly SearchValues<char> Unquotable = SearchValues.Create(
        string.Concat(Enumerable.Range(0, 32).Concat(Enumerable.Range(127, 33)).Append('"').Append('\\').Select(c => (char)c)));

    /// <summary>Writes the line of a visit that is over; returns its length.</summary>
    public static int Write(Span<byte> line, Visit visit)
    {
        var request = visit.Http.Request;
        var path = visit.RawTarget;
        if (path.Length > LongestPath) path = path[..LongestPath];
        var connect = visit is { Endpoint: { } endpoint, Outgoing: { } outgoing } ? endpoint.Transport.ConnectMilliseconds(outgoing) : 0;
        var service = (long)Stopwatch.GetElapsedTime(visit.Started).TotalMilliseconds;
        var fits = Utf8.TryWrite(
            line,
            $"method={request.Method} path=\"{Quotable(path)}\" host={Quotable(Host(request))} request_id={visit.Id} fwd=\"{Quotable(visit.Forwarded.For)}\" instance={visit.Endpoint?.Name ?? "-"} connect={connect}ms service={service}ms status={visit.Http.Response.StatusCode} bytes={visit.BytesSent} protocol={Quotable(visit.Forwarded.Proto)}",
            out var length);
        if (!fits) return 0;
        var error = visit.Failure?.Log ?? (visit.Cut ? Cut(visit) : null);
        return error is not null && Utf8.TryWrite(line[length..], $" error={error}", out var more) ? length + more : length;
    }

    private static string Host(HttpRequest request) => request.Host.Value is { Length: > 0 and <= 255 } host ? host : "-";

    private static string Cut(Visit visit) =>
        visit.Http.RequestAborted.IsCancellationRequested ? "visitor-left" : "answer-cut-short";

    private static string Quotable(string text) =>
        !text.AsSpan().ContainsAny(Unquotable)
            ? text
            : string.Concat(text.Select(c => Unquotable.Contains(c) ? '_' : c));
}
