using Paas.Linux.Cgroups;

namespace Paas.Runtime.State;

/// <summary>What the runtime remembers of a container between its verbs: <c>state.json</c>, written by the verb that changes it.</summary>
public sealed record ContainerRecord
{
    public required string Id { get; init; }

    public required string OciVersion { get; init; }

    /// <summary>Pid of the first process on the host; 0 while it is being made.</summary>
    public required int Pid { get; init; }

    /// <summary>When that process started, in clock ticks since boot; with the pid its identity.</summary>
    public required ulong StartTime { get; init; }

    public required string Bundle { get; init; }

    public required string Rootfs { get; init; }

    public required DateTimeOffset Created { get; init; }

    /// <summary>Path of the control group below the hierarchies' roots; empty for none.</summary>
    public required string Cgroup { get; init; }

    /// <summary>True when the group of v1's cpuset is used too.</summary>
    public bool Cpuset { get; init; }

    /// <summary>
    /// Where the group's hierarchies are, or null for no group. They do not move, and the list of mounts that tells those of v1 is long on a
    /// machine with many containers.
    /// </summary>
    public CgroupHierarchies? Hierarchies { get; init; }

    /// <summary>The file that says whether the group is frozen, or null for none: most verbs ask for nothing else of it.</summary>
    public string? Freezer { get; init; }

    /// <summary>The unit that systemd keeps the group as, or null.</summary>
    public string? SystemdUnit { get; init; }

    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>The kernel's number of the mount of its root on the host, where it has no mount namespace of its own; else null.</summary>
    public ulong? HostMount { get; init; }

    /// <summary>True when the configuration has hooks that a later verb runs.</summary>
    public bool HasHooks { get; init; }

    /// <summary>Pid of the runtime that is making it, as its own pid namespace counts; 0 once it is made.</summary>
    public int Creator { get; init; }

    /// <summary>True where its processes have a session keyring of their own.</summary>
    public bool HasKeyring { get; init; }

    /// <summary>False when the configuration has no process, so that there is nothing to start (runtime.md, Start).</summary>
    public bool HasProgram { get; init; } = true;
}

/// <summary>What a container is doing (runtime-spec, runtime.md, State).</summary>
public enum ContainerStatus
{
    /// <summary>It is being made, or whoever made it died over it.</summary>
    Creating,

    /// <summary>Its first process waits for <c>start</c>.</summary>
    Created,

    /// <summary>Its program runs.</summary>
    Running,

    /// <summary>Its processes are suspended, whether or not its program runs already.</summary>
    Paused,

    /// <summary>Its first process has ended.</summary>
    Stopped,
}

/// <summary>Which verb may follow which status.</summary>
public static class ContainerStatuses
{
    public static bool CanStart(ContainerStatus status) => status is ContainerStatus.Created;

    public static bool CanKill(ContainerStatus status) =>
        status is ContainerStatus.Created or ContainerStatus.Running or ContainerStatus.Paused;

    public static bool CanPause(ContainerStatus status) => status is ContainerStatus.Created or ContainerStatus.Running;

    public static bool CanResume(ContainerStatus status) => status is ContainerStatus.Paused;

    public static bool CanUpdate(ContainerStatus status) =>
        status is ContainerStatus.Created or ContainerStatus.Running or ContainerStatus.Paused;

    public static bool CanCheckpoint(ContainerStatus status) => status is ContainerStatus.Running or ContainerStatus.Paused;

    /// <summary>One that was never started is nobody's work lost.</summary>
    public static bool CanDelete(ContainerStatus status) => status is ContainerStatus.Created or ContainerStatus.Stopped;

    public static bool CanExecute(ContainerStatus status) => status is ContainerStatus.Created or ContainerStatus.Running or ContainerStatus.Paused;

    /// <summary>As the specification spells it.</summary>
    public static string Word(ContainerStatus status) => status switch
    {
        ContainerStatus.Creating => "creating",
        ContainerStatus.Created => "created",
        ContainerStatus.Running => "running",
        ContainerStatus.Paused => "paused",
        _ => "stopped",
    };
}
