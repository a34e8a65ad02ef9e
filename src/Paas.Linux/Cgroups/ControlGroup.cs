using Microsoft.Win32.SafeHandles;
using static Paas.Linux.Native;

namespace Paas.Linux.Cgroups;

/// <summary>
/// One control group: a directory of the same path in every hierarchy that matters, so that v2, v1 and hybrid machines look alike.
/// </summary>
public sealed class ControlGroup
{
    internal const uint DirectoryMode = 0x1ED; // 0755

    // A process just forked by another thread cannot be moved for a moment: EINVAL.
    private const int JoinAttempts = 5;

    private static readonly TimeSpan RemovalPatience = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, string> _legacy = [];

    // Each once, although controllers share some.
    private string[] _legacyDirectories = [];

    private ControlGroup(string path, CgroupHierarchies hierarchies, bool withCpuset, SystemdUnit? unit)
    {
        Path = path;
        Hierarchies = hierarchies;
        Unit = unit;
        if (path.Length == 0) return;
        var relative = path.TrimStart('/');
        if (hierarchies.Unified is not null) UnifiedDirectory = System.IO.Path.Combine(hierarchies.Unified, relative);
        foreach (var (controller, mount) in hierarchies.Legacy)
        {
            // A new cpuset group takes the kernel ten milliseconds, so it is made only where a limit asks for one.
            if (controller != "cpuset" || withCpuset) _legacy[controller] = System.IO.Path.Combine(mount, relative);
        }

        var directories = new List<string>(_legacy.Count);
        foreach (var directory in _legacy.Values)
        {
            if (!directories.Contains(directory)) directories.Add(directory);
        }

        _legacyDirectories = [.. directories];
    }

    /// <summary>No group at all: its process stays where its parent is.</summary>
    public static ControlGroup None { get; } = new("", new CgroupHierarchies(null, new Dictionary<string, string>()), false, null);

    /// <summary>Absolute path below the hierarchies' roots; empty for <see cref="None"/>.</summary>
    public string Path { get; }

    /// <summary>Directory in the unified hierarchy, or null.</summary>
    public string? UnifiedDirectory { get; }

    /// <summary>Directories in v1 hierarchies by controller (two controllers may share one).</summary>
    public IReadOnlyDictionary<string, string> LegacyDirectories => _legacy;

    /// <summary>The unit systemd keeps the group as; null for a group that only this program knows.</summary>
    public SystemdUnit? Unit { get; }

    /// <summary>The hierarchies it is in.</summary>
    public CgroupHierarchies Hierarchies { get; }

    /// <summary>True when the group was there before, or another program made it.</summary>
    internal bool IsShared { get; private set; }

    /// <summary>Its directories in all hierarchies, each once.</summary>
    public ReadOnlySpan<string> Directories => UnifiedDirectory is null ? _legacyDirectories : (string[])[.. _legacyDirectories, UnifiedDirectory];

    /// <summary>The group of a path, which need not exist.</summary>
    /// <param name="path">Absolute; empty for <see cref="None"/>.</param>
    /// <param name="withCpuset">Whether v1's cpuset is used too.</param>
    /// <param name="unit">The unit that systemd keeps it as.</param>
    /// <param name="hierarchies">This machine's, where the caller knows them; else they are looked for.</param>
    public static ControlGroup At(string path, bool withCpuset = false, SystemdUnit? unit = null, CgroupHierarchies? hierarchies = null) =>
        path.Length == 0 ? None : At(path, hierarchies ?? CgroupHierarchies.Current, withCpuset, unit);

    internal static ControlGroup At(string path, CgroupHierarchies hierarchies, bool withCpuset, SystemdUnit? unit = null)
    {
        if (!path.StartsWith('/') || path.Trim('/').Length == 0 || path.Split('/').Contains(".."))
        {
            throw new ArgumentException($"not the path of a control group: {path}");
        }

        return new ControlGroup(path, hierarchies, withCpuset, unit);
    }

    /// <summary>The group some way below this one, of all controllers or differently for some. It must exist.</summary>
    /// <param name="paths">Paths below this group's by v1's controller; the empty name means all.</param>
    /// <exception cref="CgroupException">A controller is not there; on v2, which knows only whole groups, any.</exception>
    public ControlGroup Below(IReadOnlyDictionary<string, string> paths)
    {
        if (paths.TryGetValue("", out var all)) return At(Path + all, Hierarchies, _legacy.ContainsKey("cpuset"), Unit).Present();
        var below = new ControlGroup(Path, Hierarchies, _legacy.ContainsKey("cpuset"), Unit);
        foreach (var (controller, path) in paths)
        {
            if (!below._legacy.TryGetValue(controller, out var directory)) throw new CgroupException($"unknown controller {controller} in SubCgroupPaths");
            below._legacy[controller] = directory + path;
        }

        below._legacyDirectories = [.. below._legacy.Values.Distinct()];
        return below.Present();
    }

    private ControlGroup Present()
    {
        foreach (var directory in Directories)
        {
            var file = $"{directory}/cgroup.procs";
            if (!File.Exists(file)) throw new CgroupException($"error adding pid of the process to cgroups: open {file}: no such file or directory");
        }

        return this;
    }

    /// <summary>Whether this process may make the group: whether it may write where the first directory is missing.</summary>
    public bool MayBeMade()
    {
        foreach (var directory in Directories)
        {
            var present = directory;
            while (!Directory.Exists(present)) present = System.IO.Path.GetDirectoryName(present)!;
            if (!Files.IsWritable(present)) return false;
        }

        return true;
    }

    /// <summary>Looks whether the group can be a new container's.</summary>
    /// <exception cref="CgroupException">There are processes in it, or it is frozen.</exception>
    public void RequireUnused()
    {
        // Most are not there, and these two would be.
        foreach (var directory in (ReadOnlySpan<string?>)[UnifiedDirectory, _legacy.GetValueOrDefault("memory")])
        {
            if (directory is null || GroupFile.TryRead(directory + "/cgroup.procs") is null) continue;
            if (Processes().Count is > 0 and var count)
            {
                throw new CgroupException($"container's cgroup is not empty: {count} process(es) found");
            }
        }

        if (IsFrozen()) throw new CgroupException("container's cgroup unexpectedly frozen");
    }

    /// <summary>Makes the group, and those above it; on v2 with the controllers that are there to be had.</summary>
    /// <param name="limits">What systemd is to know of the limits, where it makes the group.</param>
    /// <returns>What holds a group of systemd's that has no other process yet: to be disposed of once it has one.</returns>
    /// <exception cref="LinuxException">The kernel refuses it.</exception>
    /// <exception cref="CgroupException">systemd does, or is not there.</exception>
    public IDisposable? Create(CgroupLimits limits)
    {
        var holder = Unit?.Start(limits, Hierarchies.IsUnified);
        try
        {
            IsShared = Unit is not null;
            foreach (var directory in _legacyDirectories) IsShared |= !MakeDirectory(directory);
            if (_legacy.ContainsKey("cpuset")) LegacyLimits.InheritCpuset(Hierarchies.Legacy["cpuset"], Path);
            if (UnifiedDirectory is null) return holder;
            if (Hierarchies.IsUnified) UnifiedControllers.PassDown(Hierarchies.Unified!, Path);
            else if (limits.HugePages.Count > 0) UnifiedControllers.PassDown(Hierarchies.Unified!, Path, ["hugetlb"]);
            IsShared |= !MakeDirectory(UnifiedDirectory);
            return holder;
        }
        catch
        {
            holder?.Dispose();
            throw;
        }
    }

    /// <summary>Sets limits; each where its controller lives.</summary>
    /// <exception cref="CgroupException">The controller of a limit is not available, or the limit makes no sense.</exception>
    /// <exception cref="LinuxException">The kernel refuses the value.</exception>
    public void Apply(CgroupLimits limits)
    {
        if (Path.Length == 0) return;
        if (Unit is not null) limits = SystemdLimits.AsKept(limits);
        if (Hierarchies.IsUnified) UnifiedLimits.Apply(this, limits);
        else LegacyLimits.Apply(this, limits);
    }

    /// <summary>Sets limits of a group in use, and lets systemd know where it keeps the group.</summary>
    /// <inheritdoc cref="Apply"/>
    public void Update(CgroupLimits limits)
    {
        limits = PresentLimits.Complete(this, limits);
        // systemd would set at once what is refused here, and the kernel would end processes for it.
        if (Hierarchies.IsUnified && UnifiedDirectory is { } unified) UnifiedLimits.Check(unified, limits.Memory);
        Unit?.Update(limits, Hierarchies.IsUnified);
        Apply(limits);
    }

    /// <summary>Gives the group of v1's cpuset, made only now, all processes of the group.</summary>
    public void FillCpuset()
    {
        if (!_legacy.TryGetValue("cpuset", out var directory)) return;
        MakeDirectory(directory);
        LegacyLimits.InheritCpuset(Hierarchies.Legacy["cpuset"], Path);
        // What is forked meanwhile by a process not moved yet is found by the next round.
        var moved = new HashSet<int>();
        while (Processes().Where(moved.Add).ToList() is { Count: > 0 } rest)
        {
            foreach (var pid in rest) Join(directory, pid, Errno.ESRCH);
        }
    }

    /// <summary>The unified group's directory to be born in (<see cref="Launching.Launcher.Launch"/>), or null.</summary>
    public SafeFileHandle? OpenUnified() =>
        UnifiedDirectory is null ? null : Files.Open(UnifiedDirectory, O_PATH | O_DIRECTORY);

    /// <summary>As <see cref="OpenUnified"/>, of the group that a process is in at present.</summary>
    public static SafeFileHandle? OpenUnifiedOf(int pid)
    {
        if (CgroupHierarchies.Current.Unified is not { } mount) return null;
        var path = CgroupHierarchies.PathOf(Files.ReadText($"/proc/{pid}/cgroup").Split('\n'), unified: true);
        return Files.Open(mount + path, O_PATH | O_DIRECTORY);
    }

    /// <summary>How a process that is born in the unified group gets into the others. The group must exist.</summary>
    /// <exception cref="LinuxException">It does not.</exception>
    public LegacyEntry OpenLegacy() => new(_legacyDirectories);

    /// <summary>Moves a process in, which may take the kernel ten milliseconds (<see cref="LegacyEntry"/>).</summary>
    /// <param name="pid">On the host.</param>
    public void Add(int pid)
    {
        foreach (var directory in Directories) Join(directory, pid);
    }

    /// <summary>Moves the group's processes into its part of the unified hierarchy too, where v1 has them already.</summary>
    public void FillUnified()
    {
        if (UnifiedDirectory is null || Hierarchies.IsUnified) return;
        foreach (var pid in Processes()) Join(UnifiedDirectory, pid, Errno.ESRCH);
    }

    /// <summary>Pids of all processes in the group and below it.</summary>
    public IReadOnlyList<int> Processes()
    {
        var pids = new HashSet<int>();
        foreach (var directory in Directories)
        {
            Collect(directory, pids);
            // All hierarchies hold the same processes.
            if (pids.Count > 0) break;
        }

        return [.. pids];
    }

    /// <summary>Kills every process in the group and below it; on Linux 5.14 and later at once, so that none can fork away.</summary>
    public void Kill()
    {
        if (UnifiedDirectory is not null && GroupFile.TryWriteIfExists(UnifiedDirectory + "/cgroup.kill", "1"))
        {
            // v1 lets nothing frozen die.
            if (_legacy.ContainsKey("freezer")) Freezer.Thaw(this);
            return;
        }

        for (var round = 0; round < 1000; round++)
        {
            // Frozen, none can fork while it is being looked for.
            var frozen = Processes().Count > 1 && Freezer.TryFreeze(this);
            var pids = Processes();
            foreach (var pid in pids) Linux.Processes.Signal(pid, SIGKILL);
            if (frozen || _legacy.ContainsKey("freezer")) Freezer.Thaw(this);
            if (pids.Count == 0) return;
            if (round > 2) Thread.Sleep(1);
        }
    }

    /// <summary>
    /// Moves processes that somebody has put into another group of v1's freezer back into this one. v1 lets nothing frozen die,
    /// and a process that changes groups takes on the state of the new one.
    /// </summary>
    public void TakeBackFrozen()
    {
        if (!_legacy.TryGetValue("freezer", out var directory)) return;
        Freezer.Thaw(this);
        foreach (var pid in Processes()) GroupFile.TryWrite(directory, "cgroup.procs", $"{pid}", [Errno.EINVAL, Errno.ESRCH, Errno.ENOENT]);
    }

    /// <summary>
    /// Removes the group as long as nothing is in it: what is to be expected of a container whose pid namespace is gone, and much
    /// less than to look for what may be left. False when something is, in whatever part of the group.
    /// </summary>
    public bool TryRemoveEmpty()
    {
        if (Unit is not null) return false;
        foreach (var directory in Directories)
        {
            if (Files.RemoveDirectory(directory) is not (0 or Errno.ENOENT)) return false;
        }

        return true;
    }

    /// <summary>Signals every process in the group and below it.</summary>
    public void Signal(int signal)
    {
        foreach (var pid in Processes()) Linux.Processes.Signal(pid, signal);
    }

    /// <summary>Suspends every process in the group and below it; returns when all are.</summary>
    /// <exception cref="CgroupException">There is no freezer, or a process cannot be frozen.</exception>
    public void Freeze() => Freezer.Freeze(this);

    /// <summary>Lets them go on.</summary>
    /// <exception cref="CgroupException">There is no freezer.</exception>
    public void Thaw() => Freezer.Thaw(this);

    /// <summary>Whether they are suspended; false without a freezer, or a group.</summary>
    public bool IsFrozen() => Freezer.IsFrozen(this);

    /// <summary>The file that says whether the group is frozen; null where nothing can be.</summary>
    public string? FreezerFile => Freezer.FileOf(this);

    /// <summary>As <see cref="IsFrozen()"/>, of the group whose <see cref="FreezerFile"/> it is.</summary>
    public static bool IsFrozen(string freezerFile) => Freezer.IsFrozen(freezerFile);

    /// <summary>The directory whose files suspend the group, or null where there is no freezer.</summary>
    public string? FreezerDirectory => Hierarchies.IsUnified ? UnifiedDirectory : _legacy.GetValueOrDefault("freezer");

    /// <summary>How many processes the kernel killed here for want of memory.</summary>
    public long OutOfMemoryKills() => (long)(GroupFile.Field(OutOfMemoryFile, "oom_kill") ?? 0);

    /// <summary>Most memory used at one time, in bytes, or null.</summary>
    public long? PeakMemory() => (long?)GroupFile.Number(
        _legacy.TryGetValue("memory", out var legacy) ? legacy + "/memory.max_usage_in_bytes" : UnifiedDirectory + "/memory.peak");

    /// <summary>The file that counts kills for want of memory, and tells of them.</summary>
    internal string OutOfMemoryFile =>
        _legacy.TryGetValue("memory", out var legacy) ? legacy + "/memory.oom_control" : UnifiedDirectory + "/memory.events";

    /// <summary>
    /// Makes a user the owner of the group in the unified hierarchy, who may then make groups below it (cgroups(7), delegation).
    /// </summary>
    /// <param name="uid">On the host.</param>
    public void Delegate(uint uid)
    {
        if (!Hierarchies.IsUnified) return;
        Files.ChangeOwner(UnifiedDirectory!, uid, uint.MaxValue);
        var files = GroupFile.TryRead("/sys/kernel/cgroup/delegate") ?? "cgroup.procs\ncgroup.subtree_control\ncgroup.threads\n";
        foreach (var file in files.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var path = $"{UnifiedDirectory}/{file}";
            if (File.Exists(path)) Files.ChangeOwner(path, uid, uint.MaxValue);
        }
    }

    /// <summary>Removes the group and those below it. Waits a while for dying processes to be gone.</summary>
    /// <exception cref="LinuxException">EBUSY: a process is still in it.</exception>
    public void Remove()
    {
        Unit?.Stop();
        foreach (var directory in Directories) Remove(directory);
    }

    private static void Remove(string directory)
    {
        var deadline = Environment.TickCount64 + (long)RemovalPatience.TotalMilliseconds;
        for (var pause = 1; ; pause = Math.Min(pause * 2, 50))
        {
            var errno = Files.RemoveDirectory(directory);
            if (errno is 0 or Errno.ENOENT) return;
            if (errno != Errno.EBUSY || Environment.TickCount64 > deadline) throw new LinuxException("rmdir", errno, directory);
            var below = Below(directory);
            foreach (var child in below) Remove(child);
            if (below.Length == 0) Thread.Sleep(pause);
        }
    }

    private static void Join(string directory, int pid, params ReadOnlySpan<int> tolerated)
    {
        for (var attempt = 1; attempt < JoinAttempts; attempt++)
        {
            if (GroupFile.TryWrite(directory, "cgroup.procs", $"{pid}", [Errno.EINVAL, .. tolerated]) != Errno.EINVAL) return;
            Thread.Sleep(10);
        }

        Files.WriteKernelFile(directory + "/cgroup.procs", $"{pid}");
    }

    // False when it was there.
    private static bool MakeDirectory(string directory)
    {
        var errno = Files.MakeDirectory(directory, DirectoryMode);
        if (errno == Errno.ENOENT)
        {
            MakeDirectory(System.IO.Path.GetDirectoryName(directory)!);
            errno = Files.MakeDirectory(directory, DirectoryMode);
        }

        return errno is 0 or Errno.EEXIST ? errno == 0 : throw new LinuxException("mkdir", errno, directory);
    }

    private static void Collect(string directory, HashSet<int> pids)
    {
        if (GroupFile.TryRead(directory + "/cgroup.procs") is not { } text) return;
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries)) pids.Add(int.Parse(line));
        foreach (var below in Below(directory)) Collect(below, pids);
    }

    private static string[] Below(string directory)
    {
        try
        {
            return Directory.GetDirectories(directory);
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }
}
