using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Paas.Contracts.Supervision;

namespace Paas.Node.Supervision;

/// <summary>One connection to a supervisor's socket: JSON lines, a reply for each request (see <see cref="SupervisorRequest"/>).</summary>
internal sealed class SupervisorClient : IDisposable
{
    private const int ProtocolVersion = 1;

    private readonly Socket _socket;
    private readonly NetworkStream _stream;
    private readonly StreamReader _reader;

    private SupervisorClient(Socket socket)
    {
        _socket = socket;
        _stream = new NetworkStream(socket, ownsSocket: true);
        _reader = new StreamReader(_stream);
    }

    /// <summary>Connects; null when nobody answers there, so that the supervisor is not running.</summary>
    public static async Task<SupervisorClient?> ConnectAsync(string path, CancellationToken ct)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), ct);
            return new SupervisorClient(socket);
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Asks for one thing.</summary>
    /// <returns>The reply; null when the supervisor ended instead.</returns>
    public async Task<SupervisorReply?> RequestAsync(string operation, TimeSpan? grace, CancellationToken ct)
    {
        try
        {
            var request = new SupervisorRequest(ProtocolVersion, operation, GraceSeconds: grace is { } g ? (int)Math.Ceiling(g.TotalSeconds) : null);
            var line = JsonSerializer.SerializeToUtf8Bytes(request, SupervisionJsonContext.Default.SupervisorRequest);
            await _stream.WriteAsync((byte[])[.. line, (byte)'\n'], ct);
            return await ReadAsync(ct);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>The state now and after every change, until the supervisor ends.</summary>
    public async IAsyncEnumerable<SupervisorState> WatchAsync([EnumeratorCancellation] CancellationToken ct)
    {
        for (var reply = await RequestAsync("watch", null, ct); reply is not null; reply = await NextAsync(ct))
        {
            if (reply.State is { } state) yield return state;
        }
    }

    public void Dispose()
    {
        _reader.Dispose();
        _stream.Dispose();
        _socket.Dispose();
    }

    private async Task<SupervisorReply?> NextAsync(CancellationToken ct)
    {
        try
        {
            return await ReadAsync(ct);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private async Task<SupervisorReply?> ReadAsync(CancellationToken ct)
    {
        var line = await _reader.ReadLineAsync(ct);
        return line is null ? null : JsonSerializer.Deserialize(line, SupervisionJsonContext.Default.SupervisorReply);
    }
}
