using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Paas.Contracts.Supervision;
using Paas.Linux;
using Paas.Linux.Events;
using Paas.Linux.Sockets;

namespace Paas.Runtime.Supervise;

/// <summary>
/// One connection to a supervisor: lines in, lines out, in order. While an answer waits for the process, what the client says
/// further waits too. A client that does not read, or sends a line without end, is let go.
/// </summary>
internal sealed class ControlClient : IDisposable
{
    private const int LongestRequest = 16 * 1024;
    private const int MostUnread = 256 * 1024;

    private readonly EventLoop _loop;
    private readonly SafeFileHandle _socket;
    private readonly Action<ControlClient, SupervisorRequest> _received;
    private byte[] _incoming = [];
    private int _incomingLength;
    private byte[] _outgoing = [];
    private int _outgoingLength;

    public ControlClient(EventLoop loop, SafeFileHandle socket, Action<ControlClient, SupervisorRequest> received)
    {
        (_loop, _socket, _received) = (loop, socket, received);
        WatchSocket();
    }

    public bool IsClosed => _socket.IsClosed;

    /// <summary>Gets every change of state.</summary>
    public bool Watches { get; set; }

    /// <summary>Its last request is not answered yet.</summary>
    public bool Waits { get; set; }

    /// <summary>Called once when the connection ends.</summary>
    public Action? Closed { get; set; }

    public void Reply(SupervisorReply reply)
    {
        Waits = false;
        Send(reply);
    }

    /// <summary>Answers with descriptors; false when the client has not read what it was sent before.</summary>
    public bool Reply(SupervisorReply reply, ReadOnlySpan<int> descriptors)
    {
        if (IsClosed || _outgoingLength > 0) return false;
        var line = SupervisionWriter.Write(reply);
        try
        {
            // They go with the first byte; what the kernel does not take of the others waits.
            DescriptorPassing.Send(_socket, line.AsSpan(0, 1), descriptors);
        }
        catch (LinuxException)
        {
            return false;
        }

        Send(line.AsSpan(1));
        return true;
    }

    public void Send(SupervisorReply reply)
    {
        if (!IsClosed) Send(SupervisionWriter.Write(reply).AsSpan());
    }

    /// <summary>Answers what was received while a request waited.</summary>
    public void Continue()
    {
        while (!IsClosed && !Waits && _incoming.AsSpan(0, _incomingLength).IndexOf((byte)'\n') is >= 0 and var end)
        {
            var line = _incoming[..end];
            _incoming.AsSpan(end + 1, _incomingLength - end - 1).CopyTo(_incoming);
            _incomingLength -= end + 1;
            Receive(line);
        }
    }

    public void Dispose()
    {
        if (IsClosed) return;
        _loop.Forget(_socket);
        _socket.Dispose();
        Closed?.Invoke();
    }

    private void Send(ReadOnlySpan<byte> line)
    {
        var needed = _outgoingLength + line.Length + 1;
        if (needed > MostUnread)
        {
            Dispose();
            return;
        }

        if (_outgoing.Length < needed) Array.Resize(ref _outgoing, needed);
        line.CopyTo(_outgoing.AsSpan(_outgoingLength));
        _outgoing[needed - 1] = (byte)'\n';
        _outgoingLength = needed;
        SendOutgoing();
    }

    private void WatchSocket()
    {
        _loop.Watch(_socket, _outgoingLength > 0 ? PollEvents.Readable | PollEvents.Writable : PollEvents.Readable, Ready);
    }

    private void Ready()
    {
        try
        {
            if (_outgoingLength > 0) SendOutgoing();
            if (!IsClosed) Read();
        }
        catch (LinuxException)
        {
            // The client is gone; there is nobody to tell.
            Dispose();
        }
    }

    private void Read()
    {
        if (_incoming.Length == 0) _incoming = new byte[1024];
        if (_incomingLength == _incoming.Length) Array.Resize(ref _incoming, Math.Min(LongestRequest, _incoming.Length * 2));
        var count = Descriptors.Read(_socket, _incoming.AsSpan(_incomingLength));
        if (count == 0)
        {
            Dispose();
            return;
        }

        if (count > 0) _incomingLength += count;
        Continue();
        if (IsClosed || _incomingLength < LongestRequest) return;
        Send(new SupervisorReply(null, $"a request is at most {LongestRequest} bytes"));
        Dispose();
    }

    private void Receive(ReadOnlySpan<byte> line)
    {
        SupervisorRequest request;
        try
        {
            request = SupervisionReader.ReadRequest(line);
        }
        catch (JsonException error)
        {
            Send(new SupervisorReply(null, $"not a request: {error.Message}"));
            return;
        }

        _received(this, request);
    }

    private void SendOutgoing()
    {
        try
        {
            var count = UnixSocket.Send(_socket, _outgoing.AsSpan(0, _outgoingLength));
            if (count > 0)
            {
                _outgoing.AsSpan(count, _outgoingLength - count).CopyTo(_outgoing);
                _outgoingLength -= count;
            }

            WatchSocket();
        }
        catch (LinuxException)
        {
            Dispose();
        }
    }
}
