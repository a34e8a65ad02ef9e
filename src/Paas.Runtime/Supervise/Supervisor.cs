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
    private readonly SupervisorConfig config;
    private readonly ContainerSpec spec;
    private readonly TimeProvider time;
    private readonly EventLoop loop;
    private readonly SupervisorRecord record;
    private readonly int stopSignal;
    private readonly ControlSocket socket;
    private readonly SupervisorLog log;
    private readonly Sandbox? sandbox;
    private SupervisedProcess? process;
    private IDisposable? restart;
    private IDisposable? kill;
    private long killAt;
    private TimeSpan delay;

    /// <summary>Makes everything that outlives a single process: socket, log, sandbox.</summary>
    /// <exception cref="IOException">What could not be made, <see cref="LinuxException"/> among them. Nothing is left.</exception>
    /// <exception cref="RuntimeException">The configuration cannot be followed.</exception>
    public Supervisor(SupervisorConfig config, ContainerSpec spec, EventLoop loop, TimeProvider time)
    {
        (this.config, this.time, this.loop) = (config, time, loop);
        stopSignal = SignalNumber(config.StopSignal);
        record = new SupervisorRecord(config);
        try
        {
            socket = new ControlSocket(loop, config.SocketPath, Receive);
            log = new SupervisorLog(loop, config.LogDirectory);
            RemoveLeftover();
            if (config.Sandbox.Network is { } network) sandbox = new Sandbox(network);
        }
        catch
        {
            Dispose();
            throw;
        }

        this.spec = spec with { Sandbox = config.Sandbox, NetworkNamespace = sandbox?.Namespace };
    }

    /// <summary>The state as it is.</summary>
    public SupervisorState State => record.Snapshot();

    /// <summary>Whether nothing is left to supervise.</summary>
    public bool IsOver => record.Phase.IsOver();

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
                loop.RunOnce();
            }
        }
        catch (Exception failure)
        {
            // It ends, and with it the process: its log is the only one there is to tell.
            log.Say($"the supervisor failed: {failure.Message}");
            throw;
        }
    }

    /// <summary>Asks the process to end, for good.</summary>
    /// <param name="grace">Time until it is killed; null takes the configured one.</param>
    public void Stop(TimeSpan? grace = null) => End(SupervisionEvent.StopAsked, grace ?? ConfiguredGrace);

    /// <summary>Removes the socket and the sandbox; the state file stays.</summary>
    public void Dispose()
    {
        sandbox?.Dispose();
        log?.Dispose();
        socket?.Dispose();
    }

    private TimeSpan ConfiguredGrace => TimeSpan.FromSeconds(config.StopGraceSeconds);

    private static int SignalNumber(string name) =>
        SignalNames.TryParse(name, out var number) ? number : throw new RuntimeException($"{name} is not a signal");

    // A supervisor that was killed left its container's control group and the runtime's record of it. The socket is this one's,
    // so nobody else has this container.
    private void RemoveLeftover()
    {
        if (KnownContainer.Find(config.RuntimeRoot, config.ContainerId) is not { } leftover) return;
        leftover.KillAll();
        leftover.Remove();
    }

    private void StartProcess()
    {
        var again = record.StartedAt is not null;
        try
        {
            process = new SupervisedProcess(loop, time, spec, log.Write, Ended);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or RuntimeException)
        {
            StartFailed(error.Message, again);
            return;
        }

        if (again) record.Restarts++;
        record.Pid = process.Pid;
        record.StartedAt = time.GetUtcNow();
        record.Error = null;
        log.Say($"started with pid {process.Pid}");
        Enter(SupervisionEvent.Started);
        socket.ReplyToWaiting(State);
    }

    private void StartFailed(string message, bool again)
    {
        record.Error = message;
        if (!again)
        {
            log.Say($"could not be started: {message}");
            Enter(SupervisionEvent.StartFailed);
            return;
        }

        delay = config.Restart.After(delay, ran: TimeSpan.Zero);
        log.Say($"could not be started: {message}; trying again in {Words(delay)}");
        restart = loop.After(delay, DelayOver);
        Enter(SupervisionEvent.RestartFailed);
        socket.ReplyToWaiting(State, message);
    }

    private void Ended()
    {
        var exit = process!.Reap();
        Discard(process);
        process = null;
        kill?.Dispose();
        kill = null;
        record.Pid = null;
        record.Add(exit);
        if (record.Phase == SupervisionPhase.Running) EndedByItself(exit);
        else EndedAsAsked(exit);
    }

    private void EndedByItself(ProcessExit exit)
    {
        if (!config.Restart.Restarts(exit))
        {
            log.Say($"ended: {exit.Describe()}");
            Enter(SupervisionEvent.EndedForGood);
            return;
        }

        delay = config.Restart.After(delay, TimeSpan.FromSeconds(exit.RanSeconds));
        log.Say($"ended: {exit.Describe()}; starting again in {Words(delay)}");
        restart = loop.After(delay, DelayOver);
        Enter(SupervisionEvent.Ended);
    }

    private void EndedAsAsked(ProcessExit exit)
    {
        log.Say($"stopped: {exit.Describe()}");
        delay = TimeSpan.Zero;
        Enter(SupervisionEvent.Ended);
        if (record.Phase == SupervisionPhase.Starting) StartProcess();
    }

    private void DelayOver()
    {
        restart?.Dispose();
        Enter(SupervisionEvent.DelayOver);
        StartProcess();
    }

    // Stop and restart: what happens at once, and what when the process is gone.
    private void End(SupervisionEvent asked, TimeSpan grace)
    {
        var before = record.Phase;
        if (!before.Can(asked)) return;
        if (before == SupervisionPhase.Backoff)
        {
            restart?.Dispose();
            delay = TimeSpan.Zero;
            Enter(asked);
            if (record.Phase == SupervisionPhase.Starting) StartProcess();
            return;
        }

        if (before == SupervisionPhase.Running)
        {
            log.Say($"stopping with {config.StopSignal}, {Words(grace)} to go");
            process!.Signal(stopSignal);
        }

        KillAfter(grace);
        if (before.Next(asked) != before) Enter(asked);
    }

    private void KillAfter(TimeSpan grace)
    {
        var at = time.GetTimestamp() + (long)(grace.TotalSeconds * time.TimestampFrequency);
        if (kill is not null && at >= killAt) return;
        kill?.Dispose();
        killAt = at;
        kill = loop.After(grace, () =>
        {
            log.Say("still there after its time: killing it");
            process?.Signal(9);
        });
    }

    private void Enter(SupervisionEvent happening)
    {
        record.Phase = record.Phase.Next(happening);
        if (IsOver) sandbox?.Dispose();
        Record();
        if (IsOver) socket.ReplyToWaiting(State, record.Error);
    }

    private void Record()
    {
        // Who is told of an end finds in the log what led to it.
        log.Flush();
        var state = State;
        try
        {
            StateFile.Write(config.StatePath, state);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            log.Say($"the state could not be recorded: {error.Message}");
        }

        socket.Publish(state);
    }

    private void Discard(SupervisedProcess ended)
    {
        try
        {
            ended.Dispose();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            log.Say($"the container could not be removed whole: {error.Message}");
        }
    }

    private static string Words(TimeSpan time) =>
        time.TotalSeconds < 1 ? $"{time.TotalMilliseconds:F0} ms"
        : time.TotalSeconds < 120 ? $"{Math.Round(time.TotalSeconds, 1)} s"
        : $"{Math.Round(time.TotalMinutes)} min";
}
