using Microsoft.Win32.SafeHandles;
using Paas.Linux;
using Paas.Linux.Cgroups;
using Paas.Linux.Events;
using Paas.Oci.Runtime;
using static Paas.Linux.Native;

namespace Paas.Runtime.State;

/// <summary>A container as its state directory and the kernel show it to a verb; not necessarily made by this process.</summary>
public sealed class KnownContainer
{
    private static readonly TimeSpan KillPatience = TimeSpan.FromSeconds(10);

    // Hooks that run meanwhile have no limit of their own.
    private static readonly TimeSpan CreationPatience = TimeSpan.FromSeconds(10);

    private const int CreationPause = 5; // ms

    // After which something may be holding it.
    private static readonly TimeSpan FreezerDoubt = TimeSpan.FromMilliseconds(100);

    private ControlGroup? _group;

    private KnownContainer(StateDirectory directory, ContainerRecord record) => (Directory, Record) = (directory, record);

    public StateDirectory Directory { get; }

    public ContainerRecord Record { get; private set; }

    /// <summary>The container's control group.</summary>
    public ControlGroup Group => _group ??= ControlGroup.At(
        Record.Cgroup, Record.Cpuset, Record.SystemdUnit is { } unit ? new SystemdUnit(unit, "", "", []) : null, Record.Hierarchies);

    public static KnownContainer? Find(string root, string id)
    {
        var directory = new StateDirectory(root, id);
        return directory.Read() is { } record ? new KnownContainer(directory, record) : null;
    }

    /// <exception cref="RuntimeException">There is none.</exception>
    public static KnownContainer Load(string root, string id) =>
        Find(root, id) ?? throw Missing(id);

    /// <summary>That there is no such container.</summary>
    public static RuntimeException Missing(string id) => new($"container does not exist: \"{id}\"");

    public ContainerStatus Status()
    {
        if (Record.Pid == 0) return ContainerStatus.Creating;
        if (Processes.StartTime(Record.Pid) != Record.StartTime) return ContainerStatus.Stopped;
        if (IsFrozen()) return ContainerStatus.Paused;
        return Files.TryStatus(Directory.StartFifo, out _) ? ContainerStatus.Created : ContainerStatus.Running;
    }

    // Without the machine's hierarchies, which take longer to find than all else that a verb looks at.
    private bool IsFrozen() => Record.Freezer is { } file ? ControlGroup.IsFrozen(file) : Group.IsFrozen();

    /// <summary>The document of <c>state</c>.</summary>
    public ContainerState ToState()
    {
        var status = Status();
        return new ContainerState
        {
            OciVersion = Record.OciVersion,
            Id = Record.Id,
            Status = ContainerStatuses.Word(status),
            Pid = status == ContainerStatus.Stopped ? 0 : Record.Pid,
            Bundle = Record.Bundle,
            Rootfs = Record.Rootfs,
            Created = Record.Created,
            Annotations = Record.Annotations,
            Owner = "",
        };
    }

    /// <summary>The first process, if it is still the one that was recorded.</summary>
    public SafeFileHandle? OpenProcess()
    {
        if (Record.Pid == 0 || Processes.Open(Record.Pid) is not { } process) return null;
        // Looked at after the pidfd is held: from here on the pid cannot become another's.
        if (Processes.StartTime(Record.Pid) == Record.StartTime) return process;
        process.Dispose();
        return null;
    }

    /// <summary>
    /// Where another runtime is still making the container, waits until it is made, or its maker has ended: <c>state</c> shows it from
    /// the beginning, and whoever has seen it may go on at once. At most ten seconds.
    /// </summary>
    /// <returns>False when nothing came of it.</returns>
    public bool AwaitCreation()
    {
        if (Record is { Pid: not 0 } or { Creator: 0 }) return true;
        using var creator = Processes.Open(Record.Creator);
        var deadline = Environment.TickCount64 + (long)CreationPatience.TotalMilliseconds;
        bool ended;
        do
        {
            ended = creator is null || Processes.WaitForEnd(creator, CreationPause);
            if (Directory.Read() is not { } record) return false;
            (Record, _group) = (record, null);
        }
        while (Record.Pid == 0 && !ended && Environment.TickCount64 < deadline);
        return true;
    }

    /// <summary>Lets the waiting first process go on.</summary>
    /// <exception cref="RuntimeException">It does not wait, or has no program to go on with.</exception>
    public void Start()
    {
        if (!AwaitCreation()) throw Missing(Record.Id);
        var status = Status();
        if (!ContainerStatuses.CanStart(status)) throw new RuntimeException($"cannot start {WhyNotStarted(status)}: {Record.Id}");
        if (!Record.HasProgram) throw new RuntimeException($"cannot start a container whose config.json has no process: {Record.Id}");
        using var fifo = Files.Open(Directory.StartFifo, O_WRONLY | O_NONBLOCK);
        Descriptors.Write(fifo, [1]);
        Files.TryRemove(Directory.StartFifo);
    }

    /// <summary>
    /// Signals the first process; false when it is gone. Killed, it takes the others with it if it is the first of its pid
    /// namespace; if not, they are killed one by one.
    /// </summary>
    public bool Signal(int signal)
    {
        using var process = OpenProcess();
        if (process is null)
        {
            if (signal != SIGKILL || Group.Processes().Count == 0) return false;
            Group.Kill();
            return true;
        }

        var alone = signal != SIGKILL || Processes.IsFirstOfNamespace(Record.Pid);
        if (!Processes.Signal(process, signal)) return false;
        if (!alone) Group.Kill();
        // v1 lets nothing frozen die.
        if (signal == SIGKILL && Group.IsFrozen()) Group.Thaw();
        return true;
    }

    /// <summary>Suspends all processes.</summary>
    /// <exception cref="RuntimeException">There is none.</exception>
    public void Pause()
    {
        if (!ContainerStatuses.CanPause(Status())) throw new RuntimeException("container not running");
        Group.Freeze();
    }

    /// <summary>Lets them go on.</summary>
    /// <exception cref="RuntimeException">They are not suspended.</exception>
    public void Resume()
    {
        if (!ContainerStatuses.CanResume(Status())) throw new RuntimeException("container not paused");
        Group.Thaw();
    }

    /// <summary>Changes limits while it runs.</summary>
    /// <exception cref="RuntimeException">It does not.</exception>
    public void Update(CgroupLimits limits)
    {
        if (!ContainerStatuses.CanUpdate(Status())) throw new RuntimeException("container not running");
        if (limits.Processor.HasSet && !Record.Cpuset && !CgroupHierarchies.Current.IsUnified)
        {
            Record = Record with { Cpuset = true };
            _group = null;
            Group.FillCpuset();
            Directory.Write(Record);
        }

        Group.Update(limits);
    }

    /// <summary>Kills everything in the container and waits until its first process is gone.</summary>
    public void KillAll()
    {
        using var process = OpenProcess();
        if (process is not null) Processes.Signal(process, SIGKILL);
        Group.Kill();
        if (process is null || Processes.WaitForEnd(process, (int)FreezerDoubt.TotalMilliseconds)) return;
        Group.TakeBackFrozen();
        if (!Processes.WaitForEnd(process, (int)KillPatience.TotalMilliseconds))
        {
            throw new RuntimeException($"the first process of {Record.Id} ({Record.Pid}) does not end, although it was killed");
        }
    }

    private static string WhyNotStarted(ContainerStatus status) => status switch
    {
        ContainerStatus.Stopped => "a container that has stopped",
        ContainerStatus.Running => "an already running container",
        _ => $"a container in the {ContainerStatuses.Word(status)} state",
    };

    /// <summary>Removes control groups and state of a container none of whose processes is left.</summary>
    public void Remove()
    {
        if (!Group.TryRemoveEmpty()) Group.Remove();
        HostMount.Remove(Record);
        Directory.Remove();
    }
}
