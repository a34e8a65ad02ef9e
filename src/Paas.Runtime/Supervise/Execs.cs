using Paas.Contracts.Supervision;
using Paas.Linux;
using Paas.Linux.Events;
using Paas.Runtime.Containers;
using Paas.Runtime.State;

namespace Paas.Runtime.Supervise;

/// <summary>The further processes of the container that clients of the socket asked for. Each ends with its client.</summary>
internal sealed class Execs(EventLoop loop, string runtimeRoot, ContainerSpec spec)
{
    private const int Most = 16;

    // Between the hang-up and the kill.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly List<SupervisedExec> _running = [];
    private int _last;

    /// <summary>Starts one and answers the client.</summary>
    public void Start(ControlClient client, ExecRequest? request)
    {
        try
        {
            var exec = SupervisedExec.Start(_last + 1, client, Container(request), spec.Config, request!);
            _last = exec.Id;
            _running.Add(exec);
            loop.Watch(exec.Process, PollEvents.Readable, () => Ended(exec));
            client.Closed ??= () => HangUp(client);
            if (client.IsClosed) HangUp(client);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or RuntimeException or ArgumentException)
        {
            client.Reply(new SupervisorReply(null, error.Message));
        }
    }

    /// <exception cref="RuntimeException">The client has no such exec, or that one no terminal.</exception>
    /// <exception cref="LinuxException">The terminal is gone.</exception>
    public void Resize(ControlClient client, int? id, WindowSize? size) =>
        Find(client, id).Resize(size ?? throw new RuntimeException("the size is missing"));

    /// <exception cref="RuntimeException">The client has no such exec.</exception>
    public void Signal(ControlClient client, int? id, int signal) => Find(client, id).Signal(signal);

    /// <summary>Takes leave of those that their container took along.</summary>
    public void EndAll()
    {
        foreach (var exec in _running.ToArray())
        {
            exec.Signal(Native.SIGKILL);
            Ended(exec);
        }
    }

    private KnownContainer Container(ExecRequest? request)
    {
        if (request?.Args is not { Count: > 0 }) throw new RuntimeException("exec: args are missing");
        if (_running.Count >= Most) throw new RuntimeException($"{Most} further processes run in the container already");
        return KnownContainer.Load(runtimeRoot, spec.Id);
    }

    private SupervisedExec Find(ControlClient client, int? id) =>
        _running.Find(exec => exec.Id == id && exec.Client == client) ?? throw new RuntimeException($"there is no exec {id} of this connection");

    private void Ended(SupervisedExec exec)
    {
        loop.Forget(exec.Process);
        _running.Remove(exec);
        var end = exec.Reap();
        exec.Client.Send(new SupervisorReply(null, ExecEnded: end));
        exec.Dispose();
    }

    private void HangUp(ControlClient client)
    {
        foreach (var exec in _running)
        {
            if (exec.Client != client) continue;
            exec.HangUp();
            loop.After(Grace, exec.KillSession);
        }
    }
}
