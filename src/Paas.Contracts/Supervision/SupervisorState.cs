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
/// <param name="Error">Why the container could not be made, or is not started again.</param>
/// <param name="Labels">From the configuration.</param>
/// <param name="Protocol">The newest protocol the supervisor speaks (<see cref="SupervisorProtocol"/>); the first ones did not say.</param>
/// <param name="Program">Version of its program, e.g. <c>0.1.0</c>; null where it does not say.</param>
/// <param name="FailuresInRow">
/// How many starts in a row failed or ended by themselves before the policy's reset time: 0 for a process that does well, more
/// than a few for a crash loop.
/// </param>
/// <param name="NextStartAt">While the status is <see cref="SupervisedStatus.Backoff"/>: when the wait is over, UTC.</param>
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
    IReadOnlyDictionary<string, string> Labels,
    int Protocol = SupervisorProtocol.First,
    string? Program = null,
    int FailuresInRow = 0,
    DateTimeOffset? NextStartAt = null);

/// <summary>How a process ended.</summary>
/// <param name="At">UTC.</param>
/// <param name="ExitCode">0 to 255, or null when a signal killed it.</param>
/// <param name="Signal">Number of the signal that killed it, or null.</param>
/// <param name="OutOfMemory">True when the container's cgroup saw an out-of-memory kill during this process.</param>
/// <param name="RanSeconds">How long it ran.</param>
/// <param name="PeakMemoryBytes">Most memory the container used at one time meanwhile, or null where the kernel does not say.</param>
/// <param name="MemoryLimitBytes">How much it may use, or null for any amount.</param>
public sealed record ProcessExit(
    DateTimeOffset At,
    int? ExitCode,
    int? Signal,
    bool OutOfMemory,
    double RanSeconds,
    long? PeakMemoryBytes = null,
    long? MemoryLimitBytes = null)
{
    /// <summary>In words: <c>exit status 1</c>, <c>killed by signal 9 (out of memory: used 64 MB of 64 MB)</c>.</summary>
    public string Describe() =>
        (Signal is { } signal ? $"killed by signal {signal}" : $"exit status {ExitCode}") + (OutOfMemory ? $" (out of memory{Usage()})" : "");

    private string Usage() => (PeakMemoryBytes, MemoryLimitBytes) switch
    {
        ({ } peak, { } limit) => $": used {Megabytes(peak)} of {Megabytes(limit)}",
        ({ } peak, null) => $": used {Megabytes(peak)}",
        _ => "",
    };

    private static string Megabytes(long bytes) => $"{Math.Round(bytes / (1024.0 * 1024.0))} MB";
}
