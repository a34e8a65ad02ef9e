using Paas.Contracts.Supervision;

namespace Paas.Runtime.Supervise;

/// <summary>Where the supervision of a process stands.</summary>
internal enum SupervisionPhase
{
    /// <summary>A container is being made.</summary>
    Starting,

    /// <summary>Its process runs.</summary>
    Running,

    /// <summary>The process ended; the next start waits.</summary>
    Backoff,

    /// <summary>The process was asked to end, for good.</summary>
    Stopping,

    /// <summary>The process was asked to end, to be started again.</summary>
    Restarting,

    /// <summary>The process ended for good. Nothing follows.</summary>
    Exited,

    /// <summary>The container could not be made. Nothing follows.</summary>
    Failed,
}

/// <summary>What happens to a supervision.</summary>
internal enum SupervisionEvent
{
    /// <summary>The process runs.</summary>
    Started,

    /// <summary>The container could not be made, the first time.</summary>
    StartFailed,

    /// <summary>The container could not be made again.</summary>
    RestartFailed,

    /// <summary>The process ended and its policy has it started again.</summary>
    Ended,

    /// <summary>The process ended and its policy leaves it at that.</summary>
    EndedForGood,

    /// <summary>The wait before a restart is over.</summary>
    DelayOver,

    /// <summary>Someone asked for the process to be stopped.</summary>
    StopAsked,

    /// <summary>Someone asked for the process to be stopped and started.</summary>
    RestartAsked,
}

/// <summary>Which events a phase takes, and where they lead.</summary>
internal static class Supervision
{
    private const SupervisionPhase Never = (SupervisionPhase)(-1);

    // A row for each phase, a column for each event, both in the order of their enums.
    private static readonly SupervisionPhase[,] Table =
    {
        // Started, StartFailed, RestartFailed, Ended, EndedForGood, DelayOver, StopAsked, RestartAsked
        { SupervisionPhase.Running, SupervisionPhase.Failed, SupervisionPhase.Backoff, Never, Never, Never, Never, Never },
        { Never, Never, Never, SupervisionPhase.Backoff, SupervisionPhase.Exited, Never, SupervisionPhase.Stopping, SupervisionPhase.Restarting },
        { Never, Never, Never, Never, Never, SupervisionPhase.Starting, SupervisionPhase.Exited, SupervisionPhase.Starting },
        { Never, Never, Never, SupervisionPhase.Exited, SupervisionPhase.Exited, Never, SupervisionPhase.Stopping, Never },
        { Never, Never, Never, SupervisionPhase.Starting, SupervisionPhase.Starting, Never, SupervisionPhase.Stopping, SupervisionPhase.Restarting },
        { Never, Never, Never, Never, Never, Never, Never, Never },
        { Never, Never, Never, Never, Never, Never, Never, Never },
    };

    /// <summary>Whether the event may come in this phase.</summary>
    public static bool Can(this SupervisionPhase phase, SupervisionEvent happening) => Table[(int)phase, (int)happening] != Never;

    /// <summary>The phase after the event.</summary>
    /// <exception cref="InvalidOperationException">It cannot come in this phase.</exception>
    public static SupervisionPhase Next(this SupervisionPhase phase, SupervisionEvent happening) =>
        phase.Can(happening) ? Table[(int)phase, (int)happening] : throw new InvalidOperationException($"{happening} cannot come while {phase}");

    /// <summary>Whether nothing follows.</summary>
    public static bool IsOver(this SupervisionPhase phase) => phase is SupervisionPhase.Exited or SupervisionPhase.Failed;

    /// <summary>The phase as others see it.</summary>
    public static SupervisedStatus Status(this SupervisionPhase phase) => phase switch
    {
        SupervisionPhase.Starting => SupervisedStatus.Starting,
        SupervisionPhase.Running => SupervisedStatus.Running,
        SupervisionPhase.Backoff => SupervisedStatus.Backoff,
        SupervisionPhase.Stopping or SupervisionPhase.Restarting => SupervisedStatus.Stopping,
        SupervisionPhase.Exited => SupervisedStatus.Exited,
        _ => SupervisedStatus.Failed,
    };
}
