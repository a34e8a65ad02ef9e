using Paas.Contracts.Supervision;
using Paas.Linux;
using Paas.Runtime.Containers;
using Paas.Runtime.State;

namespace Paas.Runtime.Supervise;

/// <summary>
/// Runs one process in its container and starts it again as its policy says; tells what it does in the process's log, in the
/// state file and to whoever asks on the socket. Everything happens on the thread that calls <see cref="Run"/>, which the kernel
/// also ties the container's life to.
/// </summary>
internal sealed partial class Supervisor : IDisposable
{
    private readonly SupervisorConfig _config;
    private readonly ContainerSpec _spec;
    private readonly TimeProvider _time;
    private readonly EventLoop _loop;
    private readonly SupervisorRecord _record;
    private readonly int _stopSignal;
    private readonly ControlSocket _socket;
    private readonly SupervisorLog _log;
    private readonly Sandbox? _sandbox;
    private SupervisedProcess? _process;
    private IDisposable? _restart;
    private IDisposable? _kill;
    private long _killAt;
    private TimeSpan _delay;

    /// <summary>Makes everything that outlives a single process: socket, log, sandbox.</summary>
    /// <exception cref="IOException">What could not be made, <see cref="LinuxException"/> among them. Nothing is left.</exception>
    /// <exception cref="RuntimeException">The configuration cannot be followed.</exception>
    public Supervisor(SupervisorConfig config, ContainerSpec spec, EventLoop loop, TimeProvider time)
    {
        (_config, _time, _loop) = (config, time, loop);
        _stopSignal = SignalNumber(_config.StopSignal);
        _record = new SupervisorRecord(_config);
        try
        {
            _socket = new ControlSocket(_loop, _config.SocketPath, Receive);
            _log = new SupervisorLog(_loop, _config.LogDirectory);
            RemoveLeftover();
            if (_config.Sandbox.Network is { } network) _sandbox = new Sandbox(network);
        }
        catch
        {
            Dispose();
            throw;
        }

        _spec = spec with { Sandbox = _config.Sandbox, NetworkNamespace = _sandbox?.Namespace };
    }

    /// <summary>The state as it is.</summary>
    public SupervisorState State => _record.Snapshot();

    /// <summary>Whether nothing is left to supervise.</summary>
    public bool IsOver => _record.Phase.IsOver();

    /// <summary>Starts the process for the first time; <see cref="State"/> tells whether it runs.</summary>
    public void Start()
    {
        Record();
        StartProcess();
    }

    /// <summary>Supervises until the process has ended for good.</summary>
    public void Run()
    {
        try
        {
            while (!IsOver)
            {
                Memory.GiveBack();
                _loop.RunOnce();
            }
        }
        catch (Exception failure)
        {
            // It ends, and with it the process: its log is the only one there is to tell.
            _log.Say($"the supervisor failed: {failure.Message}");
            throw;
        }
    }

    /// <summary>Asks the process to end, for good.</summary>
    /// <param name="grace">Time until it is killed; null takes the configured one.</param>
    public void Stop(TimeSpan? grace = null) => End(SupervisionEvent.StopAsked, grace ?? ConfiguredGrace);

    /// <summary>Removes the socket and the sandbox; the state file stays.</summary>
    public void Dispose()
    {
        _sandbox?.Dispose();
        _log?.Dispose();
        _socket?.Dispose();
    }

    private TimeSpan ConfiguredGrace => TimeSpan.FromSeconds(_config.StopGraceSeconds);

    private static int SignalNumber(string name) =>
        SignalNames.TryParse(name, out var number) ? number : throw new RuntimeException($"{name} is not a signal");

    // A supervisor that was killed left its container's control group and the runtime's record of it. The socket is this one's,
    // so nobody else has this container.
    private void RemoveLeftover()
    {
        if (KnownContainer.Find(_config.RuntimeRoot, _config.ContainerId) is not { } leftover) return;
        leftover.KillAll();
        leftover.Remove();
    }

    private void StartProcess()
    {
        var again = _record.StartedAt is not null;
        try
        {
            _process = new SupervisedProcess(_loop, _time, _spec, _log.Write, Ended);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or RuntimeException)
        {
            StartFailed(error.Message, again);
            return;
        }

        if (again) _record.Restarts++;
        _record.Pid = _process.Pid;
        _record.StartedAt = _time.GetUtcNow();
        _record.Error = null;
        _log.Say($"started with pid {_process.Pid}");
        Enter(SupervisionEvent.Started);
        _socket.ReplyToWaiting(State);
    }

    private void StartFailed(string message, bool again)
    {
        _record.Error = message;
        if (!again)
        {
            _log.Say($"could not be started: {message}");
            Enter(SupervisionEvent.StartFailed);
            return;
        }

        _delay = _config.Restart.After(_delay, ran: TimeSpan.Zero);
        _log.Say($"could not be started: {message}; trying again in {Words(_delay)}");
        _restart = _loop.After(_delay, DelayOver);
        Enter(SupervisionEvent.RestartFailed);
        _socket.ReplyToWaiting(State, message);
    }

    private void Ended()
    {
        var exit = _process!.Reap();
        Discard(_process);
        _process = null;
        _kill?.Dispose();
        _kill = null;
        _record.Pid = null;
        _record.Add(exit);
        if (_record.Phase == SupervisionPhase.Running) EndedByItself(exit);
        else EndedAsAsked(exit);
    }

    private void EndedByItself(ProcessExit exit)
    {
        if (!_config.Restart.Restarts(exit))
        {
            _log.Say($"ended: {exit.Describe()}");
            Enter(SupervisionEvent.EndedForGood);
            return;
        }

        _delay = _config.Restart.After(_delay, TimeSpan.FromSeconds(exit.RanSeconds));
        _log.Say($"ended: {exit.Describe()}; starting again in {Words(_delay)}");
        _restart = _loop.After(_delay, DelayOver);
        Enter(SupervisionEvent.Ended);
    }

    private void EndedAsAsked(ProcessExit exit)
    {
        _log.Say($"stopped: {exit.Describe()}");
        _delay = TimeSpan.Zero;
        Enter(SupervisionEvent.Ended);
        if (_record.Phase == SupervisionPhase.Starting) StartProcess();
    }

    private void DelayOver()
    {
        _restart?.Dispose();
        Enter(SupervisionEvent.DelayOver);
        StartProcess();
    }

    // Stop and restart: what happens at once, and what when the process is gone.
    private void End(SupervisionEvent asked, TimeSpan grace)
    {
        var before = _record.Phase;
        if (!before.Can(asked)) return;
        if (before == SupervisionPhase.Backoff)
        {
            _restart?.Dispose();
            _delay = TimeSpan.Zero;
            Enter(asked);
            if (_record.Phase == SupervisionPhase.Starting) StartProcess();
            return;
        }

        if (before == SupervisionPhase.Running)
        {
            _log.Say($"stopping with {_config.StopSignal}, {Words(grace)} to go");
            _process!.Signal(_stopSignal);
        }

        KillAfter(grace);
        if (before.Next(asked) != before) Enter(asked);
    }

    private void KillAfter(TimeSpan grace)
    {
        var at = _time.GetTimestamp() + (long)(grace.TotalSeconds * _time.TimestampFrequency);
        if (_kill is not null && at >= _killAt) return;
        _kill?.Dispose();
        _killAt = at;
        _kill = _loop.After(grace, () =>
        {
            _log.Say("still there after its time: killing it");
            _process?.Signal(Native.SIGKILL);
        });
    }

    private void Enter(SupervisionEvent happening)
    {
        _record.Phase = _record.Phase.Next(happening);
        if (IsOver) _sandbox?.Dispose();
        Record();
        if (IsOver) _socket.ReplyToWaiting(State, _record.Error);
    }

    private void Record()
    {
        // Who is told of an end finds in the log what led to it.
        _log.Flush();
        var state = State;
        try
        {
            StateFile.Write(_config.StatePath, state);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _log.Say($"the state could not be recorded: {error.Message}");
        }

        _socket.Publish(state);
    }

    private void Discard(SupervisedProcess ended)
    {
        try
        {
            ended.Dispose();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _log.Say($"the container could not be removed whole: {error.Message}");
        }
    }

    private static string Words(TimeSpan time) =>
        time.TotalSeconds < 1 ? $"{time.TotalMilliseconds:F0} ms"
        : time.TotalSeconds < 120 ? $"{Math.Round(time.TotalSeconds, 1)} s"
        : $"{Math.Round(time.TotalMinutes)} min";
}
