namespace Paas.Contracts.Supervision;

/// <summary>What a supervised process is doing.</summary>
public enum SupervisedStatus
{
    /// <summary>The container is being made.</summary>
    Starting,

    /// <summary>Its process runs.</summary>
    Running,

    /// <summary>Its process ended; the next start waits for the backoff.</summary>
    Backoff,

    /// <summary>The stop signal was sent.</summary>
    Stopping,

    /// <summary>Its process ended and is not started again. The last state before the supervisor ends.</summary>
    Exited,

    /// <summary>The container could not be made; <see cref="SupervisorState.Error"/> says why.</summary>
    Failed,
}

/// <summary>The supervisor's state: its answer to <c>state</c>, and the content of its state file (single writer: the supervisor).</summary>
/// <param name="ContainerId">Id of the OCI container.</param>
/// <param name="SupervisorPid">Pid of the supervisor on the host.</param>
/// <param name="Status">What the process is doing.</param>
/// <param name="Pid">Pid of the container's init on the host; null while there is none.</param>
/// <param name="StartedAt">When the present or last process started, UTC.</param>
/// <param name="Restarts">How often it was started again.</param>
/// <param name="Exits">The latest exits, oldest first, at most ten.</param>
/// <param name="Address">The sandbox's IPv4 address, or null.</param>
/// <param name="Error">Why the container could not be made.</param>
/// <param name="Labels">From the configuration.</param>
public sealed record SupervisorState(
    string ContainerId,
    int SupervisorPid,
    SupervisedStatus Status,
    int? Pid,
    DateTimeOffset? StartedAt,
    int Restarts,
    IReadOnlyList<ProcessExit> Exits,
    string? Address,
    string? Error,
    IReadOnlyDictionary<string, string> Labels);

/// <summary>How a process ended.</summary>
/// <param name="At">UTC.</param>
/// <param name="ExitCode">0 to 255, or null when a signal killed it.</param>
/// <param name="Signal">Number of the signal that killed it, or null.</param>
/// <param name="OutOfMemory">True when the container's cgroup saw an out-of-memory kill during this process.</param>
/// <param name="RanSeconds">How long it ran.</param>
public sealed record ProcessExit(DateTimeOffset At, int? ExitCode, int? Signal, bool OutOfMemory, double RanSeconds)
{
    /// <summary>In words: <c>exit status 1</c>, <c>killed by signal 9 (out of memory)</c>.</summary>
    public string Describe() =>
        (Signal is { } signal ? $"killed by signal {signal}" : $"exit status {ExitCode}") + (OutOfMemory ? " (out of memory)" : "");
}
