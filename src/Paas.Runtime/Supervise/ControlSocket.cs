using Microsoft.Win32.SafeHandles;
using Paas.Contracts.Supervision;
using Paas.Linux.Events;
using Paas.Linux.Sockets;

namespace Paas.Runtime.Supervise;

/// <summary>The supervisor's socket and its clients.</summary>
internal sealed class ControlSocket : IDisposable
{
    private const int MostClients = 128;

    private readonly EventLoop loop;
    private readonly string path;
    private readonly SafeFileHandle listener;
    private readonly Action<ControlClient, SupervisorRequest> received;
    private readonly List<ControlClient> clients = [];

    /// <exception cref="Linux.LinuxException">The socket cannot be made.</exception>
    /// <exception cref="InvalidOperationException">Another supervisor answers there.</exception>
    public ControlSocket(EventLoop loop, string path, Action<ControlClient, SupervisorRequest> received)
    {
        (this.loop, this.path, this.received) = (loop, path, received);
        if (UnixSocket.Connect(path) is { } other)
        {
            other.Dispose();
            throw new InvalidOperationException($"another supervisor answers on {path}");
        }

        // What a killed supervisor left.
        File.Delete(path);
        listener = UnixSocket.Listen(path);
        loop.Watch(listener, PollEvents.Readable, Accept);
    }

    /// <summary>Tells everyone who watches.</summary>
    public void Publish(SupervisorState state)
    {
        foreach (var client in clients)
        {
            if (client.Watches) client.Send(new SupervisorReply(state));
        }
    }

    /// <summary>Answers everyone whose request waits for the process.</summary>
    public void ReplyToWaiting(SupervisorState state, string? error = null)
    {
        foreach (var client in clients.ToArray())
        {
            if (!client.Waits) continue;
            client.Reply(new SupervisorReply(state, error));
            client.Continue();
        }
    }

    /// <summary>Removes the socket and lets every client go.</summary>
    public void Dispose()
    {
        File.Delete(path);
        loop.Forget(listener);
        listener.Dispose();
        foreach (var client in clients) client.Dispose();
    }

    private void Accept()
    {
        // One in a turn of the loop, so that those who went are seen to have gone before too many have come.
        if (UnixSocket.Accept(listener) is not { } socket) return;
        clients.RemoveAll(client => client.IsClosed);
        if (clients.Count < MostClients) clients.Add(new ControlClient(loop, socket, received));
        else socket.Dispose();
    }
}
