using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Paas.Daemon.Streaming;

namespace Paas.Daemon.Endpoints;

/// <summary>
/// The answer of an operation that returns only once something is live, which may take longer than proxies wait for an answer. A client
/// that accepts <c>application/x-ndjson</c> gets it as a stream: heartbeats, then the one document (<c>null</c> where there is none), or
/// <c>{"problem":…}</c>. Others get it as an ordinary answer, and none without a document (204).
/// </summary>
internal static class SlowAnswer
{
    public static async Task WriteAsync<T>(HttpContext context, Func<CancellationToken, Task<T?>> work, JsonTypeInfo<T> type)
        where T : class
    {
        if (context.Request.Headers.Accept.ToString().Contains(EventStream.NdjsonType, StringComparison.OrdinalIgnoreCase))
        {
            await EventStream.WriteAsync(context, ct => OnlyAsync(work, ct), type!);
        }
        else if (await work(context.RequestAborted) is { } document)
        {
            context.Response.ContentType = "application/json; charset=utf-8";
            await JsonSerializer.SerializeAsync(context.Response.Body, document, type, context.RequestAborted);
        }
        else
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        }
    }

    private static async IAsyncEnumerable<T?> OnlyAsync<T>(Func<CancellationToken, Task<T?>> work, [EnumeratorCancellation] CancellationToken ct)
        where T : class
    {
        yield return await work(ct);
    }
}
