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

    private readonly EventLoop loop;
    private readonly SafeFileHandle socket;
    private readonly Action<ControlClient, SupervisorRequest> received;
    private byte[] incoming = [];
    private int incomingLength;
    private byte[] outgoing = [];
    private int outgoingLength;

    public ControlClient(EventLoop loop, SafeFileHandle socket, Action<ControlClient, SupervisorRequest> received)
    {
        (this.loop, this.socket, this.received) = (loop, socket, received);
        WatchSocket();
    }

    public bool IsClosed => socket.IsClosed;

    /// <summary>Gets every change of state.</summary>
    public bool Watches { get; set; }

    /// <summary>Its last request is not answered yet.</summary>
    public bool Waits { get; set; }

    public void Reply(SupervisorReply reply)
    {
        Waits = false;
        Send(reply);
    }

    public void Send(SupervisorReply reply)
    {
        if (IsClosed) return;
        var line = JsonSerializer.SerializeToUtf8Bytes(reply, SupervisionJsonContext.Default.SupervisorReply);
        var needed = outgoingLength + line.Length + 1;
        if (needed > MostUnread)
        {
            Dispose();
            return;
        }

        if (outgoing.Length < needed) Array.Resize(ref outgoing, needed);
        line.CopyTo(outgoing, outgoingLength);
        outgoing[needed - 1] = (byte)'\n';
        outgoingLength = needed;
        SendOutgoing();
    }

    /// <summary>Answers what was received while a request waited.</summary>
    public void Continue()
    {
        while (!IsClosed && !Waits && incoming.AsSpan(0, incomingLength).IndexOf((byte)'\n') is >= 0 and var end)
        {
            var line = incoming[..end];
            incoming.AsSpan(end + 1, incomingLength - end - 1).CopyTo(incoming);
            incomingLength -= end + 1;
            Receive(line);
        }
    }

    public void Dispose()
    {
        loop.Forget(socket);
        socket.Dispose();
    }

    private void WatchSocket()
    {
        loop.Watch(socket, outgoingLength > 0 ? PollEvents.Readable | PollEvents.Writable : PollEvents.Readable, Ready);
    }

    private void Ready()
    {
        try
        {
            if (outgoingLength > 0) SendOutgoing();
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
        if (incoming.Length == 0) incoming = new byte[1024];
        if (incomingLength == incoming.Length) Array.Resize(ref incoming, Math.Min(LongestRequest, incoming.Length * 2));
        var count = Descriptors.Read(socket, incoming.AsSpan(incomingLength));
        if (count == 0)
        {
            Dispose();
            return;
        }

        if (count > 0) incomingLength += count;
        Continue();
        if (IsClosed || incomingLength < LongestRequest) return;
        Send(new SupervisorReply(null, $"a request is at most {LongestRequest} bytes"));
        Dispose();
    }

    private void Receive(ReadOnlySpan<byte> line)
    {
        SupervisorRequest? request;
        try
        {
            request = JsonSerializer.Deserialize(line, SupervisionJsonContext.Default.SupervisorRequest);
        }
        catch (JsonException error)
        {
            Send(new SupervisorReply(null, $"not a request: {error.Message}"));
            return;
        }

        if (request?.Operation is null) Send(new SupervisorReply(null, "not a request: it has no operation"));
        else received(this, request);
    }

    private void SendOutgoing()
    {
        try
        {
            var count = UnixSocket.Send(socket, outgoing.AsSpan(0, outgoingLength));
            if (count > 0)
            {
                outgoing.AsSpan(count, outgoingLength - count).CopyTo(outgoing);
                outgoingLength -= count;
            }

            WatchSocket();
        }
        catch (LinuxException)
        {
            Dispose();
        }
    }
}
