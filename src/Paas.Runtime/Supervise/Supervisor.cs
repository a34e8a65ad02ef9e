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
    // A change of state is on the disk before it is told, unless the disk takes longer than this; the app's output waits meanwhile.
    private static readonly TimeSpan LongestStall = TimeSpan.FromSeconds(2);

    private readonly SupervisorConfig _config;
    private readonly ContainerSpec _spec;
    private readonly TimeProvider _time;
    private readonly EventLoop _loop;
    private readonly SupervisorRecord _record;
    private readonly DiskThread _disk = new();
    private readonly StateFile _file;
    private readonly int _stopSignal;
    private readonly ControlSocket _socket;
    private readonly SupervisorLog _log;
    private readonly Execs _execs;
    private readonly Sandbox? _sandbox;
    private SupervisedProcess? _process;
    private IDisposable? _restart;
    private IDisposable? _settle;
    private IDisposable? _kill;
    private long _killAt;
    private TimeSpan _delay;
    private bool _diskHangs;

    /// <summary>Makes everything that outlives a single process: socket, log, sandbox.</summary>
    /// <exception cref="IOException">What could not be made, <see cref="LinuxException"/> among them. Nothing is left.</exception>
    /// <exception cref="RuntimeException">The configuration cannot be followed.</exception>
    public Supervisor(SupervisorConfig config, ContainerSpec spec, EventLoop loop, TimeProvider time)
    {
        (_config, _time, _loop) = (config, time, loop);
        _stopSignal = SignalNumber(_config.StopSignal);
        _record = new SupervisorRecord(_config);
        _file = new StateFile(_config.StatePath, _disk);
        try
        {
            _socket = new ControlSocket(_loop, _config.SocketPath, Receive);
            _log = new SupervisorLog(_loop, _disk, _config.LogDirectory);
            RemoveLeftover();
            if (_config.Sandbox.Network is { } network) _sandbox = new Sandbox(network);
        }
        catch
        {
            Dispose();
            throw;
        }

        _spec = spec with { Sandbox = _config.Sandbox, NetworkNamespace = _sandbox?.Namespace };
        _execs = new Execs(_loop, _config.RuntimeRoot, _spec);
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
        _record.NextStartAt = null;
        if (_record.FailuresInRow > 0) _settle = _loop.After(TimeSpan.FromSeconds(_config.Restart.ResetAfterSeconds), Settled);
        _log.Say($"started with pid {_process.Pid}");
        Enter(SupervisionEvent.Started);
        _socket.ReplyToWaiting(State);
    }

    private void StartFailed(string message, bool again)
    {
        _record.Error = message;
        _record.FailuresInRow++;
        if (!again || _config.Restart.GivesUp(_record.FailuresInRow))
        {
            _log.Say($"could not be started: {message}{(again ? $"; {GivingUp}" : "")}");
            Enter(SupervisionEvent.StartFailed);
            return;
        }

        StartLater(ran: TimeSpan.Zero);
        _log.Say($"could not be started: {message}; trying again in {Words(_delay)}");
        Enter(SupervisionEvent.RestartFailed);
        _socket.ReplyToWaiting(State, message);
    }

    private string GivingUp => $"giving up after {_record.FailuresInRow - 1} restarts in a row";

    private void StartLater(TimeSpan ran)
    {
        _delay = _config.Restart.After(_delay, ran);
        _record.NextStartAt = _time.GetUtcNow() + _delay;
        _restart = _loop.After(_delay, DelayOver);
    }

    // It has run for so long that what was before does not matter any more.
    private void Settled()
    {
        _record.FailuresInRow = 0;
        Record();
    }

    private void Ended()
    {
        var exit = _process!.Reap();
        Discard(_process);
        _execs.EndAll();
        _process = null;
        _kill?.Dispose();
        _kill = null;
        _settle?.Dispose();
        _record.Pid = null;
        _record.Add(exit);
        if (_record.Phase == SupervisionPhase.Running) EndedByItself(exit);
        else EndedAsAsked(exit);
    }

    private void EndedByItself(ProcessExit exit)
    {
        var ran = TimeSpan.FromSeconds(exit.RanSeconds);
        _record.FailuresInRow = ran.TotalSeconds < _config.Restart.ResetAfterSeconds ? _record.FailuresInRow + 1 : 1;
        if (!_config.Restart.Restarts(exit))
        {
            _log.Say($"ended: {exit.Describe()}");
            Enter(SupervisionEvent.EndedForGood);
            return;
        }

        if (_config.Restart.GivesUp(_record.FailuresInRow))
        {
            _record.Error = GivingUp;
            _log.Say($"ended: {exit.Describe()}; {GivingUp}");
            Enter(SupervisionEvent.EndedForGood);
            return;
        }

        StartLater(ran);
        _log.Say($"ended: {exit.Describe()}; starting again in {Words(_delay)}");
        Enter(SupervisionEvent.Ended);
    }

    private void EndedAsAsked(ProcessExit exit)
    {
        _log.Say($"stopped: {exit.Describe()}");
        ForgetFailures();
        Enter(SupervisionEvent.Ended);
        if (_record.Phase == SupervisionPhase.Starting) StartProcess();
    }

    private void ForgetFailures()
    {
        _delay = TimeSpan.Zero;
        _record.FailuresInRow = 0;
        _record.NextStartAt = null;
    }

    private void DelayOver()
    {
        _restart?.Dispose();
        _record.NextStartAt = null;
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
            ForgetFailures();
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
        _file.Write(state);
        _diskHangs = !_disk.Wait(_diskHangs ? TimeSpan.Zero : LongestStall);
        if (_file.TakeProblem() is { } problem) _log.Say($"the state could not be recorded: {problem}");
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
