using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Paas.Daemon.Streaming;

/// <summary>
/// Answers a request with a sequence of documents as they come: NDJSON (<c>application/x-ndjson</c>), or SSE (<c>text/event-stream</c>)
/// when the client accepts that. A quiet stream carries a heartbeat, so that both ends notice a dead peer: an SSE comment, an empty
/// NDJSON line. An error before the first document becomes an ordinary problem answer; a later one is the last thing on the stream:
/// <c>{"problem":…}</c>, for SSE as an event of that name.
/// </summary>
internal static class EventStream
{
    /// <summary>Longest silence on a stream.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    public const string SseType = "text/event-stream";
    public const string NdjsonType = "application/x-ndjson";

    // Milliseconds a browser waits before it reconnects.
    private static readonly byte[] SsePreamble = "retry: 1000\n\n"u8.ToArray();

    /// <param name="context">The request; its abort ends the sequence, and so does the end of paasd.</param>
    /// <param name="events">Makes what to send; its token ends it.</param>
    /// <param name="type">How a document is written.</param>
    /// <param name="id">The SSE event id of a document, for <c>Last-Event-ID</c>; null where the stream can't be resumed.</param>
    /// <param name="ready">Until this has ended the answer does not begin without a document: the request is still being read.</param>
    public static async Task WriteAsync<T>(
        HttpContext context, Func<CancellationToken, IAsyncEnumerable<T>> events, JsonTypeInfo<T> type, Func<T, string>? id = null,
        Task? ready = null)
    {
        var sse = AcceptsSse(context.Request);
        var time = context.RequestServices.GetRequiredService<TimeProvider>();
        // paasd does not wait for streams when it ends; their clients come back to the next one.
        var stopping = context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        var aborted = ended.Token;
        var enumerator = events(aborted).GetAsyncEnumerator(aborted);
        var next = enumerator.MoveNextAsync().AsTask();
        try
        {
            if (ready is not null) await Task.WhenAny(next, ready).WaitAsync(aborted);
            await WaitBrieflyAsync(next, time, aborted);
            await BeginAsync(context.Response, sse, aborted);
            while (await NextAsync(next, context.Response, sse, time, aborted))
            {
                Append(context.Response, enumerator.Current, type, id, sse);
                next = enumerator.MoveNextAsync().AsTask();
                if (!next.IsCompleted) await context.Response.Body.FlushAsync(aborted);
            }

            await context.Response.Body.FlushAsync(aborted);
        }
        catch (OperationCanceledException) when (aborted.IsCancellationRequested)
        {
            // The client went, or paasd goes.
        }
        finally
        {
            await ended.CancelAsync();
            await FinishAsync(enumerator, next);
        }
    }

    private static bool AcceptsSse(HttpRequest request) =>
        request.Headers.Accept.ToString().Contains(SseType, StringComparison.OrdinalIgnoreCase);

    // Gives an error that comes at once the chance to be a problem answer, without making a quiet stream's client wait for headers.
    private static async Task WaitBrieflyAsync(Task<bool> first, TimeProvider time, CancellationToken ct)
    {
        if (await EndsWithinAsync(first, TimeSpan.FromMilliseconds(500), time, ct)) await first;
    }

    private static async Task BeginAsync(HttpResponse response, bool sse, CancellationToken ct)
    {
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = sse ? SseType : NdjsonType;
        response.Headers.CacheControl = "no-store";
        if (sse) await response.Body.WriteAsync(SsePreamble, ct);
        await response.Body.FlushAsync(ct);
    }

    private static async Task<bool> NextAsync(Task<bool> next, HttpResponse response, bool sse, TimeProvider time, CancellationToken ct)
    {
        while (!await EndsWithinAsync(next, Heartbeat, time, ct))
        {
            await response.Body.WriteAsync(sse ? ":\n\n"u8.ToArray() : "\n"u8.ToArray(), ct);
            await response.Body.FlushAsync(ct);
        }

        return await next;
    }

    // Not by the exception of a wait that took too long: the task may end before that is caught, and may have one of its own.
    private static async Task<bool> EndsWithinAsync(Task task, TimeSpan patience, TimeProvider time, CancellationToken ct)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await Task.WhenAny(task, Task.Delay(patience, time, over.Token));
        await over.CancelAsync();
        ct.ThrowIfCancellationRequested();
        return task.IsCompleted;
    }

    private static void Append<T>(HttpResponse response, T document, JsonTypeInfo<T> type, Func<T, string>? id, bool sse)
    {
        var output = response.BodyWriter;
        if (sse)
        {
            if (id is not null) Encoding.UTF8.GetBytes($"id: {id(document)}\n", output);
            Encoding.UTF8.GetBytes("data: ", output);
        }

        using (var json = new Utf8JsonWriter(output)) JsonSerializer.Serialize(json, document, type);
        Encoding.UTF8.GetBytes(sse ? "\n\n" : "\n", output);
    }

    // An enumerator must not be disposed while a MoveNextAsync is pending; it has been told to end.
    private static async Task FinishAsync<T>(IAsyncEnumerator<T> enumerator, Task<bool> next)
    {
        try
        {
            await next;
        }
        catch (Exception)
        {
            // Either it is what ended the stream and is on its way up, or the client has gone.
        }

        await enumerator.DisposeAsync();
    }
}
