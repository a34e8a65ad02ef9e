using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;

namespace Paas.Cli.Connections;

/// <summary>Reads a stream of JSON documents, one a line. Empty lines are heartbeats; without any for too long the stream counts as broken.</summary>
internal static class NdjsonReader
{
    // paasd sends something every 15 s.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(50);

    /// <summary>Throws <see cref="IOException"/> when the stream breaks.</summary>
    public static async IAsyncEnumerable<T> ReadAsync<T>(Stream stream, JsonTypeInfo<T> type, [EnumeratorCancellation] CancellationToken ct)
        where T : class
    {
        await foreach (var line in LinesAsync(stream, ct))
        {
            if (Document(line, type) is { } document) yield return document;
        }
    }

    /// <summary>The lines that are no heartbeats. Throws what the last line says, where the stream failed at the other end.</summary>
    public static async IAsyncEnumerable<string> LinesAsync(Stream stream, [EnumeratorCancellation] CancellationToken ct)
    {
        using var reader = new StreamReader(stream);
        while (await ReadLineAsync(reader, ct) is { } line)
        {
            if (line.StartsWith("{\"problem\":", StringComparison.Ordinal) && Document(line, ApiJsonContext.Default.ProblemEvent)?.Problem is { } problem)
                throw new PaasException(ErrorCodes.FromWire(problem.Code), problem.Title, problem.Hint);
            if (line.Length > 0) yield return line;
        }
    }

    private static async Task<string?> ReadLineAsync(StreamReader reader, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(Silence);
        try
        {
            return await reader.ReadLineAsync(patience.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new IOException("the connection went silent");
        }
        catch (HttpRequestException error)
        {
            throw new IOException(error.Message, error);
        }
    }

    /// <summary>A line as what it is; <see cref="IOException"/> for half of one.</summary>
    public static T? Document<T>(string line, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(line, type);
        }
        catch (JsonException error)
        {
            throw new IOException("the connection broke in the middle of a line", error);
        }
    }
}
