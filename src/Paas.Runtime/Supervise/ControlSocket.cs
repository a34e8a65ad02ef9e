using Microsoft.Win32.SafeHandles;
using Paas.Contracts.Supervision;
using Paas.Linux.Events;
using Paas.Linux.Sockets;

namespace Paas.Runtime.Supervise;

/// <summary>The supervisor's socket and its clients.</summary>
internal sealed class ControlSocket : IDisposable
{
    private const int MostClients = 128;

    private readonly EventLoop _loop;
    private readonly string _path;
    private readonly SafeFileHandle _listener;
    private readonly Action<ControlClient, SupervisorRequest> _received;
    private readonly List<ControlClient> _clients = [];

    /// <exception cref="Linux.LinuxException">The socket cannot be made.</exception>
    /// <exception cref="InvalidOperationException">Another supervisor answers there.</exception>
    public ControlSocket(EventLoop loop, string path, Action<ControlClient, SupervisorRequest> received)
    {
        (_loop, _path, _received) = (loop, path, received);
        if (UnixSocket.Connect(_path) is { } other)
        {
            other.Dispose();
            throw new InvalidOperationException($"another supervisor answers on {_path}");
        }

        // What a killed supervisor left.
        File.Delete(_path);
        _listener = UnixSocket.Listen(_path);
        _loop.Watch(_listener, PollEvents.Readable, Accept);
    }

    /// <summary>Tells everyone who watches.</summary>
    public void Publish(SupervisorState state)
    {
        foreach (var client in _clients)
        {
            if (client.Watches) client.Send(new SupervisorReply(state));
        }
    }

    /// <summary>Answers everyone whose request waits for the process.</summary>
    public void ReplyToWaiting(SupervisorState state, string? error = null)
    {
        foreach (var client in _clients.ToArray())
        {
            if (!client.Waits) continue;
            client.Reply(new SupervisorReply(state, error));
            client.Continue();
        }
    }

    /// <summary>Removes the socket and lets every client go.</summary>
    public void Dispose()
    {
        File.Delete(_path);
        _loop.Forget(_listener);
        _listener.Dispose();
        foreach (var client in _clients) client.Dispose();
    }

    private void Accept()
    {
        // One in a turn of the loop, so that those who went are seen to have gone before too many have come.
        if (UnixSocket.Accept(_listener) is not { } socket) return;
        _clients.RemoveAll(client => client.IsClosed);
        if (_clients.Count < MostClients) _clients.Add(new ControlClient(_loop, socket, _received));
        else socket.Dispose();
    }
}
