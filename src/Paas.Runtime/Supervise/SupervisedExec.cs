using Microsoft.Win32.SafeHandles;
using Paas.Contracts.Supervision;
using Paas.Linux;
using Paas.Linux.Launching;
using Paas.Linux.Sockets;
using Paas.Linux.Terminals;
using Paas.Oci.Runtime;
using Paas.Runtime.Containers;
using Paas.Runtime.State;

namespace Paas.Runtime.Supervise;

/// <summary>A further process of the container, asked for by one client.</summary>
internal sealed class SupervisedExec : IDisposable
{
    private readonly KnownContainer _container;
    private readonly LaunchedProcess _process;
    private readonly SafeFileHandle? _terminal;
    private readonly int _pid;

    private SupervisedExec(int id, ControlClient client, KnownContainer container, LaunchedProcess process, SafeFileHandle? terminal)
    {
        (Id, Client, _container, _process, _terminal) = (id, client, container, process, terminal);
        _pid = process.Pid;
    }

    public int Id { get; }

    /// <summary>Who asked for it, and whose end is its own.</summary>
    public ControlClient Client { get; }

    /// <summary>Readable once it has ended.</summary>
    public SafeFileHandle Process => _process.Handle;

    /// <summary>Starts one and hands its streams to the client, with the answer.</summary>
    /// <exception cref="LinuxException">What the kernel refused. Nothing is left.</exception>
    /// <exception cref="RuntimeException">What cannot be done. Nothing is left.</exception>
    public static SupervisedExec Start(int id, ControlClient client, KnownContainer container, RuntimeConfig config, ExecRequest request)
    {
        var own = config.Process ?? throw new RuntimeException("the container has no process to be like");
        var spec = new ExecSpec
        {
            Container = container,
            Config = config,
            Process = own with
            {
                Args = request.Args,
                Env = [.. own.Env ?? [], .. request.Env ?? []],
                Cwd = request.Cwd ?? own.Cwd,
                Terminal = request.Terminal is not null,
            },
            ForwardSignals = false,
        };
        return request.Terminal is { } size ? StartAtTerminal(id, client, spec, size) : StartWithPipes(id, client, spec);
    }

    /// <exception cref="LinuxException">It is gone.</exception>
    /// <exception cref="RuntimeException">It has no terminal.</exception>
    public void Resize(WindowSize size) =>
        Terminal.Resize(_terminal ?? throw new RuntimeException("it has no terminal"), new TerminalSize(size.Rows, size.Columns));

    public void Signal(int signal) => Processes.Signal(Process, signal);

    /// <summary>Its client has gone: takes the terminal away, and tells it to end.</summary>
    public void HangUp()
    {
        _terminal?.Dispose();
        Signal(Native.SIGHUP);
    }

    /// <summary>Kills everything that stayed in its session, itself among it. It may have been disposed.</summary>
    public void KillSession()
    {
        foreach (var pid in _container.Group.Processes())
        {
            if (Processes.Session(pid) == _pid) Processes.Signal(pid, Native.SIGKILL);
        }
    }

    /// <summary>Says how it ended, waiting for that.</summary>
    public ExecEnded Reap()
    {
        var status = Processes.Reap(Process)!.Value;
        return new ExecEnded(Id, status.ExitCode, status.Signal);
    }

    public void Dispose()
    {
        _terminal?.Dispose();
        _process.Dispose();
    }

    private static SupervisedExec StartAtTerminal(int id, ControlClient client, ExecSpec spec, WindowSize size)
    {
        var (theirs, ours) = UnixSocket.Pair();
        using (theirs)
        using (ours)
        {
            var process = ExecProcess.Start(spec with { Terminal = new TerminalTarget(theirs, new TerminalSize(size.Rows, size.Columns)) });
            var (_, sent) = DescriptorPassing.Receive(ours, stackalloc byte[64]);
            // None where this process has no number left for it.
            var exec = new SupervisedExec(id, client, spec.Container, process, sent.Count > 0 ? sent[0] : null);
            return HandOver(exec, sent.Count > 0 ? [(int)sent[0].DangerousGetHandle()] : []);
        }
    }

    private static SupervisedExec StartWithPipes(int id, ControlClient client, ExecSpec spec)
    {
        using var input = new Pipe();
        using var output = new Pipe();
        using var error = new Pipe();
        var process = ExecProcess.Start(spec with
        {
            StandardInput = (int)input.ReadEnd,
            StandardOutput = (int)output.WriteEnd,
            StandardError = (int)error.WriteEnd,
        });
        return HandOver(new SupervisedExec(id, client, spec.Container, process, null), (int)input.WriteEnd, (int)output.ReadEnd, (int)error.ReadEnd);
    }

    private static SupervisedExec HandOver(SupervisedExec exec, params ReadOnlySpan<int> streams)
    {
        if (streams.Length > 0 && exec.Client.Reply(new SupervisorReply(null, Exec: new ExecStarted(exec.Id, exec._pid)), streams)) return exec;
        using (exec)
        {
            exec.Signal(Native.SIGKILL);
            exec.Reap();
            throw new RuntimeException("its streams could not be handed over");
        }
    }
}
