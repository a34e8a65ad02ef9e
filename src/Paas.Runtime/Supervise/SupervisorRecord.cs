using Paas.Contracts.Supervision;

namespace Paas.Runtime.Supervise;

/// <summary>What is known of the process and its predecessors: everything in <see cref="SupervisorState"/> that changes.</summary>
internal sealed class SupervisorRecord(SupervisorConfig config)
{
    private const int ExitsKept = 10;

    private static readonly string? Program = typeof(SupervisorRecord).Assembly.GetName().Version?.ToString(3);

    private readonly Queue<ProcessExit> _exits = new();

    public SupervisionPhase Phase { get; set; }

    public int? Pid { get; set; }

    public DateTimeOffset? StartedAt { get; set; }

    public int Restarts { get; set; }

    public string? Error { get; set; }

    public int FailuresInRow { get; set; }

    public DateTimeOffset? NextStartAt { get; set; }

    public void Add(ProcessExit exit)
    {
        _exits.Enqueue(exit);
        if (_exits.Count > ExitsKept) _exits.Dequeue();
    }

    public SupervisorState Snapshot() => new(
        config.ContainerId,
        Environment.ProcessId,
        Phase.Status(),
        Pid,
        StartedAt,
        Restarts,
        [.. _exits],
        config.Sandbox.Network?.Address,
        Error,
        config.Labels,
        SupervisorProtocol.Current,
        Program,
        FailuresInRow,
        NextStartAt);
}
