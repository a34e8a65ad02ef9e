using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

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
        using var reader = new StreamReader(stream);
        while (true)
        {
            var line = await ReadLineAsync(reader, ct);
            if (line is null) yield break;
            if (line.Length > 0 && Document(line, type) is { } document) yield return document;
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

    private static T? Document<T>(string line, JsonTypeInfo<T> type)
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
