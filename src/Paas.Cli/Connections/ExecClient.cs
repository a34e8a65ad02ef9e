using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Threading.Channels;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.Contracts.Supervision;

namespace Paas.Cli.Connections;

/// <summary>The client's end of the WebSocket of a process (see <see cref="InstanceExecRequest"/>).</summary>
internal sealed class ExecClient(WebSocket socket, ExecStreams streams) : IDisposable
{
    private const int BufferSize = 32 * 1024;

    private static readonly ApiJsonContext Json = ApiJsonContext.Default;

    private readonly SemaphoreSlim _sending = new(1);

    /// <summary>Asks for the process and carries its bytes to its end.</summary>
    /// <returns>Its exit code.</returns>
    /// <exception cref="PaasException">What the server says is wrong, or the connection broke.</exception>
    public async Task<int> RunAsync<T>(T request, JsonTypeInfo<T> type, CancellationToken ct)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await SendAsync(request, type, ct);
        // Neither is waited for: a read from a terminal ends when somebody types.
        _ = FeedAsync(over.Token);
        _ = FollowAsync(streams.Sizes, over.Token);
        try
        {
            return await ReceiveAsync(ct);
        }
        finally
        {
            await over.CancelAsync();
        }
    }

    public void Dispose() => _sending.Dispose();

    private async Task<int> ReceiveAsync(CancellationToken ct)
    {
        var buffer = new byte[BufferSize];
        var text = new MemoryStream();
        var output = streams.Output;
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(), ct);
            switch (part.MessageType)
            {
                case WebSocketMessageType.Binary:
                    await output.WriteAsync(buffer.AsMemory(0, part.Count), ct);
                    break;
                case WebSocketMessageType.Text:
                    text.Write(buffer, 0, part.Count);
                    if (!part.EndOfMessage) break;
                    var message = JsonSerializer.Deserialize(text.GetBuffer().AsSpan(0, (int)text.Length), Json.ExecServerMessage);
                    text.SetLength(0);
                    if (message?.Problem is { } problem) throw new PaasException(ErrorCodes.FromWire(problem.Code), problem.Title, problem.Hint);
                    if (message?.ExitCode is { } code) return code;
                    output = message?.Stream == "stderr" ? streams.Error : streams.Output;
                    break;
                default:
                    throw new PaasException(ErrorCode.Unavailable, "The platform ended the connection before the command ended; the command was hung up");
            }
        }
    }

    private async Task FeedAsync(CancellationToken ct)
    {
        try
        {
            var buffer = new byte[BufferSize];
            int count;
            while ((count = await streams.Input.ReadAsync(buffer, ct)) > 0) await SendAsync(buffer.AsMemory(0, count), WebSocketMessageType.Binary, ct);
            await SendAsync(new ExecClientMessage(EndOfInput: true), Json.ExecClientMessage, ct);
        }
        catch (Exception error) when (error is IOException or WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // It has ended, or there is no input to read.
        }
    }

    private async Task FollowAsync(ChannelReader<WindowSize>? sizes, CancellationToken ct)
    {
        if (sizes is null) return;
        try
        {
            await foreach (var size in sizes.ReadAllAsync(ct)) await SendAsync(new ExecClientMessage(Resize: size), Json.ExecClientMessage, ct);
        }
        catch (Exception error) when (error is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // It has ended.
        }
    }

    private Task SendAsync<T>(T message, JsonTypeInfo<T> type, CancellationToken ct) =>
        SendAsync(JsonSerializer.SerializeToUtf8Bytes(message, type), WebSocketMessageType.Text, ct);

    private async Task SendAsync(ReadOnlyMemory<byte> bytes, WebSocketMessageType type, CancellationToken ct)
    {
        await _sending.WaitAsync(ct);
        try
        {
            await socket.SendAsync(bytes, type, true, ct);
        }
        finally
        {
            _sending.Release();
        }
    }
}
