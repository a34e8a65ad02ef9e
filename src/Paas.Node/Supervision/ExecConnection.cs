using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Paas.Contracts.Errors;
using Paas.Contracts.Supervision;
using Paas.Linux.Sockets;
using Paas.Node.Processes;

namespace Paas.Node.Supervision;

/// <summary>
/// A further process in a supervised container: the connection that it lives with, and its streams. Disposing it hangs the process
/// up.
/// </summary>
internal sealed class ExecConnection : IAttachedProcess
{
    private readonly Socket _socket;
    private readonly SafeFileHandle _handle;
    private readonly List<SafeFileHandle> _received = [];
    private byte[] _buffer = new byte[4096];
    private int _length;
    private int _id;

    private ExecConnection(Socket socket)
    {
        _socket = socket;
        _handle = new SafeFileHandle(socket.Handle, ownsHandle: false);
    }

    /// <inheritdoc/>
    public Stream Input { get; private set; } = null!;

    /// <inheritdoc/>
    public Stream Output { get; private set; } = null!;

    /// <inheritdoc/>
    public Stream? Error { get; private set; }

    /// <summary>Starts the process.</summary>
    /// <exception cref="PaasException">Conflict: there is no supervisor, it is an earlier one that cannot, or it will not.</exception>
    public static async Task<ExecConnection> StartAsync(string path, ExecRequest request, CancellationToken ct)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var connection = new ExecConnection(socket);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), ct);
            await connection.RequireProtocolAsync(ct);
            await connection.BeginAsync(request, ct);
            return connection;
        }
        catch (SocketException error)
        {
            connection.Dispose();
            throw new PaasException(ErrorCode.Conflict, "the container does not run", inner: error);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public Task ResizeAsync(WindowSize size, CancellationToken ct) =>
        SendAsync(new SupervisorRequest(SupervisorProtocol.Current, "resizeExec", ExecId: _id, Size: size), ct);

    /// <inheritdoc/>
    public async Task<int> WaitAsync(CancellationToken ct)
    {
        while (await ReadAsync(ct) is { } reply)
        {
            if (reply.ExecEnded is { } ended && ended.Id == _id) return ended.ExitCode ?? 128 + ended.Signal!.Value;
        }

        throw new PaasException(ErrorCode.Unavailable, "the instance has ended, and the command with it");
    }

    public void Dispose()
    {
        _socket.Dispose();
        Input?.Dispose();
        Output?.Dispose();
        Error?.Dispose();
        foreach (var descriptor in _received) descriptor.Dispose();
    }

    private async Task RequireProtocolAsync(CancellationToken ct)
    {
        await SendAsync(new SupervisorRequest(SupervisorProtocol.Current, "state"), ct);
        var protocol = (await ReadAsync(ct))?.State?.Protocol ?? SupervisorProtocol.First;
        if (protocol >= SupervisorProtocol.Since("exec")) return;
        throw new PaasException(
            ErrorCode.Conflict,
            "this instance was started by an earlier version of Paas, whose supervisor cannot start a further process in it",
            "Restart the instance to get this: the next release does, or paas scale to 0 and back.");
    }

    private async Task BeginAsync(ExecRequest request, CancellationToken ct)
    {
        await SendAsync(new SupervisorRequest(SupervisorProtocol.Current, "exec", Exec: request), ct);
        var reply = await ReadAsync(ct);
        if (reply?.Exec is not { } started)
        {
            throw new PaasException(ErrorCode.Conflict, $"the command could not be run: {reply?.Error ?? "the container has ended"}");
        }

        _id = started.Id;
        if (_received.Count != (request.Terminal is null ? 3 : 1)) throw new InvalidDataException("the supervisor sent other streams than it should");
        Input = new DescriptorStream(_received[0]);
        Output = request.Terminal is null ? new DescriptorStream(_received[1]) : Input;
        Error = request.Terminal is null ? new DescriptorStream(_received[2]) : null;
    }

    private async Task SendAsync(SupervisorRequest request, CancellationToken ct)
    {
        var line = JsonSerializer.SerializeToUtf8Bytes(request, SupervisionJsonContext.Default.SupervisorRequest);
        await _socket.SendAsync((byte[])[.. line, (byte)'\n'], SocketFlags.None, ct);
    }

    private async Task<SupervisorReply?> ReadAsync(CancellationToken ct)
    {
        int end;
        while ((end = _buffer.AsSpan(0, _length).IndexOf((byte)'\n')) < 0)
        {
            if (_length == _buffer.Length) Array.Resize(ref _buffer, _length * 2);
            if (!await ReceiveAsync(ct)) return null;
        }

        var reply = JsonSerializer.Deserialize(_buffer.AsSpan(0, end), SupervisionJsonContext.Default.SupervisorReply);
        _buffer.AsSpan(end + 1, _length - end - 1).CopyTo(_buffer);
        _length -= end + 1;
        return reply;
    }

    private async Task<bool> ReceiveAsync(CancellationToken ct)
    {
        try
        {
            // Of nothing: only waits. What is received then may bring descriptors, of which the socket class knows nothing.
            await _socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None, ct);
            var (count, descriptors) = DescriptorPassing.Receive(_handle, _buffer.AsSpan(_length));
            _received.AddRange(descriptors);
            if (count > 0) _length += count;
            return count != 0;
        }
        catch (Exception error) when (error is SocketException or IOException)
        {
            return false;
        }
    }
}
