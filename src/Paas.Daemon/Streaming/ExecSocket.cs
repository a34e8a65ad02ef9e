using System.IO.Pipelines;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Threading.Channels;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.Contracts.Supervision;
using Paas.Daemon.Errors;

namespace Paas.Daemon.Streaming;

/// <summary>The server's end of the WebSocket of a process (see <see cref="InstanceExecRequest"/>).</summary>
internal sealed class ExecSocket(WebSocket socket) : IAsyncDisposable
{
    private const int LargestText = 64 * 1024;

    private static readonly ApiJsonContext Json = ApiJsonContext.Default;
    private static readonly TimeSpan Goodbye = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _sending = new(1);
    private readonly Pipe _input = new();
    private readonly Channel<WindowSize> _sizes = Channel.CreateBounded<WindowSize>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
    private string _stream = "stdout";

    /// <summary>Takes the WebSocket of a request and runs what its first frame asks for.</summary>
    /// <param name="context">The request.</param>
    /// <param name="client">What speaks this protocol, for those who come without.</param>
    /// <param name="check">Refuses with an ordinary answer what is known to be wrong before the first frame.</param>
    /// <param name="type">The first frame.</param>
    /// <param name="run">Runs the process to its end.</param>
    /// <exception cref="PaasException">InvalidRequest: it is no WebSocket; or what <paramref name="check"/> throws.</exception>
    public static async Task AnswerAsync<T>(
        HttpContext context, string client, Func<CancellationToken, Task> check, JsonTypeInfo<T> type, Func<T, ExecStreams, CancellationToken, Task<int>> run)
        where T : class
    {
        if (!context.WebSockets.IsWebSocketRequest) throw new PaasException(ErrorCode.InvalidRequest, "This answers to a WebSocket only", $"For example: {client}");
        await check(context.RequestAborted);
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var stopping = context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        await using var session = new ExecSocket(socket);
        await session.RunAsync(type, run, ended.Token);
    }

    /// <summary>Runs what the client asks for and carries its bytes, until it ends or the client goes.</summary>
    private async Task RunAsync<T>(JsonTypeInfo<T> type, Func<T, ExecStreams, CancellationToken, Task<int>> run, CancellationToken ct)
        where T : class
    {
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(ct);
        try
        {
            var receiving = Task.CompletedTask;
            await using var output = new ExecOutput(this, "stdout");
            await using var error = new ExecOutput(this, "stderr");
            var last = await AnswerAsync(async () =>
            {
                var request = await ReadRequestAsync(type, ct);
                receiving = ReceiveAsync(gone);
                return await run(request, new ExecStreams(_input.Reader.AsStream(), output, error, _sizes.Reader), gone.Token);
            });
            await SendLastAsync(last, ct);
            gone.CancelAfter(Goodbye);
            await receiving;
        }
        catch (Exception error) when (error is WebSocketException or OperationCanceledException)
        {
            // The client went, or paasd goes; the process has been hung up.
        }
    }

    /// <summary>Bytes of one of the process's streams.</summary>
    public async Task SendAsync(string stream, ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        await _sending.WaitAsync(ct);
        try
        {
            if (_stream != stream)
            {
                var turn = JsonSerializer.SerializeToUtf8Bytes(new ExecServerMessage(Stream: stream), Json.ExecServerMessage);
                await socket.SendAsync(turn.AsMemory(), WebSocketMessageType.Text, true, ct);
                _stream = stream;
            }

            await socket.SendAsync(bytes, WebSocketMessageType.Binary, true, ct);
        }
        finally
        {
            _sending.Release();
        }
    }

    public ValueTask DisposeAsync()
    {
        _sending.Dispose();
        return ValueTask.CompletedTask;
    }

    private static async Task<ExecServerMessage> AnswerAsync(Func<Task<int>> run)
    {
        try
        {
            return new ExecServerMessage(ExitCode: await run());
        }
        catch (PaasException error)
        {
            return new ExecServerMessage(Problem: Problem.Document(error));
        }
    }

    private async Task<T> ReadRequestAsync<T>(JsonTypeInfo<T> type, CancellationToken ct)
        where T : class
    {
        var buffer = new byte[LargestText];
        for (var length = 0; ;)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(length), ct);
            length += part.Count;
            if (part.MessageType != WebSocketMessageType.Text || (!part.EndOfMessage && length == buffer.Length))
            {
                throw new PaasException(ErrorCode.InvalidRequest, $"The first frame has to be a request of at most {LargestText} bytes");
            }

            if (part.EndOfMessage) return Parse(buffer.AsSpan(0, length), type) ?? throw new PaasException(ErrorCode.InvalidRequest, "The first frame has to be a request, and not null");
        }
    }

    private static T? Parse<T>(ReadOnlySpan<byte> text, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(text, type);
        }
        catch (JsonException error)
        {
            throw new PaasException(ErrorCode.InvalidRequest, $"A text frame is not what it should be: {error.Message}");
        }
    }

    // Ends the process when the client goes.
    private async Task ReceiveAsync(CancellationTokenSource gone)
    {
        var buffer = new byte[LargestText];
        var length = 0;
        try
        {
            while (true)
            {
                var part = await socket.ReceiveAsync(buffer.AsMemory(length), gone.Token);
                if (part.MessageType == WebSocketMessageType.Close) break;
                if (part.MessageType == WebSocketMessageType.Binary)
                {
                    await _input.Writer.WriteAsync(buffer.AsMemory(0, part.Count), gone.Token);
                    continue;
                }

                length += part.Count;
                if (!part.EndOfMessage && length < buffer.Length) continue;
                Obey(Parse(buffer.AsSpan(0, length), Json.ExecClientMessage));
                length = 0;
            }
        }
        catch (Exception error) when (error is WebSocketException or OperationCanceledException or InvalidOperationException or PaasException)
        {
            // Gone without a word, or with one that nobody understands.
        }

        await _input.Writer.CompleteAsync();
        await gone.CancelAsync();
    }

    private void Obey(ExecClientMessage? message)
    {
        if (message?.Resize is { } size) _sizes.Writer.TryWrite(size);
        if (message?.EndOfInput == true) _input.Writer.Complete();
    }

    private async Task SendLastAsync(ExecServerMessage last, CancellationToken ct)
    {
        await _sending.WaitAsync(ct);
        try
        {
            await socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(last, Json.ExecServerMessage).AsMemory(), WebSocketMessageType.Text, true, ct);
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, ct);
        }
        finally
        {
            _sending.Release();
        }
    }
}
