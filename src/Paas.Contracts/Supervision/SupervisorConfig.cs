namespace Paas.Contracts.Supervision;

/// <summary>
/// <c>supervise.json</c> in the bundle: what <c>paas-runtime supervise --bundle DIR</c> does around one container. Written by
/// the node, read once at start.
/// </summary>
/// <param name="Version">Version of this document: 1 or 2 (<see cref="CurrentVersion"/>), which adds <see cref="RestartPolicy.MaximumRestarts"/>.</param>
/// <param name="ContainerId">Id of the OCI container.</param>
/// <param name="RuntimeRoot">The runtime's state directory, as <c>paas-runtime --root</c>.</param>
/// <param name="SocketPath">Unix socket the supervisor answers on; at most 107 bytes.</param>
/// <param name="StatePath">File the supervisor keeps its <see cref="SupervisorState"/> in.</param>
/// <param name="LogDirectory">Directory of the log source, e.g. <c>/var/lib/paas/logs/hello/web.1</c>.</param>
/// <param name="Sandbox">Root and network.</param>
/// <param name="Restart">When to start the process again.</param>
/// <param name="StopSignal">Signal that asks the process to end, e.g. <c>SIGTERM</c>.</param>
/// <param name="StopGraceSeconds">Time between that and SIGKILL.</param>
/// <param name="Labels">Facts about the container for whoever adopts it later (app, process type, release …).</param>
/// <param name="SupervisorCgroup">
/// Control group of the supervisor, e.g. <c>/paas/supervisors</c>, to which it moves itself if it was not started there; null stays.
/// </param>
public sealed record SupervisorConfig(
    int Version,
    string ContainerId,
    string RuntimeRoot,
    string SocketPath,
    string StatePath,
    string LogDirectory,
    SandboxConfig Sandbox,
    RestartPolicy Restart,
    string StopSignal,
    int StopGraceSeconds,
    IReadOnlyDictionary<string, string> Labels,
    string? SupervisorCgroup = null)
{
    /// <summary>What this program writes. It reads every version up to this one; a later one is refused.</summary>
    public const int CurrentVersion = 2;
}

/// <summary>When a supervisor starts its process again, and how long it waits: doubling from the first to the longest.</summary>
/// <param name="Mode">When.</param>
/// <param name="FirstDelayMilliseconds">Wait before the first restart.</param>
/// <param name="LongestDelayMilliseconds">The wait never grows beyond this.</param>
/// <param name="ResetAfterSeconds">A process that ran this long starts the doubling, and the counting of restarts, anew.</param>
/// <param name="MaximumRestarts">So many restarts in a row, then no more, as in <c>on-failure:10</c>; null sets no end.</param>
public sealed record RestartPolicy(
    RestartMode Mode,
    int FirstDelayMilliseconds = 500,
    int LongestDelayMilliseconds = 60_000,
    int ResetAfterSeconds = 30,
    int? MaximumRestarts = null);

/// <summary>When a supervisor starts its process again.</summary>
public enum RestartMode
{
    /// <summary>Whatever it ended with.</summary>
    Always,

    /// <summary>Only after a non-zero exit or a signal.</summary>
    OnFailure,

    /// <summary>Not at all; the supervisor ends with its process.</summary>
    Never,
}
