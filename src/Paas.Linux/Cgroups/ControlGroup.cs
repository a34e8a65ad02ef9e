using Microsoft.Win32.SafeHandles;
using static Paas.Linux.Native;

namespace Paas.Linux.Cgroups;

/// <summary>
/// One control group: a directory of the same path in every hierarchy that matters, so that v2, v1 and hybrid machines look alike.
/// </summary>
public sealed class ControlGroup
{
    // Joined on v1. The others only when a limit asks for them: a new cpuset group admits nobody before it is filled in.
    private static readonly string[] JoinedControllers = ["memory", "cpu", "cpuacct", "pids", "devices", "name=systemd"];

    private static readonly TimeSpan RemovalPatience = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, string> _legacy = [];

    private ControlGroup(string path, CgroupHierarchies hierarchies, bool withCpuset)
    {
        Path = path;
        var relative = path.TrimStart('/');
        if (hierarchies.Unified is not null) UnifiedDirectory = System.IO.Path.Combine(hierarchies.Unified, relative);
        foreach (var controller in withCpuset ? [.. JoinedControllers, "cpuset"] : JoinedControllers)
        {
            if (hierarchies.Legacy.TryGetValue(controller, out var mount)) _legacy[controller] = System.IO.Path.Combine(mount, relative);
        }

        Hierarchies = hierarchies;
    }

    /// <summary>Absolute path below the hierarchies' roots.</summary>
    public string Path { get; }

    /// <summary>Directory in the unified hierarchy, or null.</summary>
    public string? UnifiedDirectory { get; }

    /// <summary>Directories in v1 hierarchies by controller (two controllers may share one).</summary>
    public IReadOnlyDictionary<string, string> LegacyDirectories => _legacy;

    internal CgroupHierarchies Hierarchies { get; }

    private IEnumerable<string> Directories =>
        UnifiedDirectory is null ? _legacy.Values.Distinct() : _legacy.Values.Distinct().Append(UnifiedDirectory);

    /// <summary>The group of a path, which need not exist.</summary>
    public static ControlGroup At(string path, bool withCpuset = false) => At(path, CgroupHierarchies.Current, withCpuset);

    internal static ControlGroup At(string path, CgroupHierarchies hierarchies, bool withCpuset)
    {
        if (!path.StartsWith('/') || path.Trim('/').Length == 0 || path.Split('/').Contains(".."))
        {
            throw new ArgumentException($"not the path of a control group: {path}");
        }

        return new ControlGroup(path, hierarchies, withCpuset);
    }

    /// <summary>Makes the group, and those above it; on v2 with the controllers that are there to be had.</summary>
    public void Create()
    {
        foreach (var (controller, directory) in _legacy)
        {
            Directory.CreateDirectory(directory);
            if (controller == "cpuset") LegacyLimits.InheritCpuset(Hierarchies.Legacy[controller], Path);
        }

        if (UnifiedDirectory is null) return;
        if (Hierarchies.IsUnified) UnifiedLimits.EnableControllers(Hierarchies.Unified!, Path);
        Directory.CreateDirectory(UnifiedDirectory);
    }

    /// <summary>Sets limits; each where its controller lives.</summary>
    /// <exception cref="LinuxException">A limit's file is missing (the controller is not available) or refuses the value.</exception>
    public void Apply(CgroupLimits limits)
    {
        LegacyLimits.Apply(this, limits);
        UnifiedLimits.Apply(this, limits);
    }

    /// <summary>The unified group's directory to be born in (<see cref="Launching.Launcher.Launch"/>), or null.</summary>
    public SafeFileHandle? OpenUnified() =>
        UnifiedDirectory is null ? null : Files.Open(UnifiedDirectory, O_PATH | O_DIRECTORY);

    /// <summary>Moves a process in.</summary>
    /// <param name="pid">On the host.</param>
    /// <param name="unified">False when it was born in the unified group.</param>
    public void Add(int pid, bool unified = true)
    {
        foreach (var directory in _legacy.Values.Distinct()) Files.WriteKernelFile(directory + "/cgroup.procs", $"{pid}");
        if (unified && UnifiedDirectory is not null) Files.WriteKernelFile(UnifiedDirectory + "/cgroup.procs", $"{pid}");
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
        var kill = UnifiedDirectory + "/cgroup.kill";
        if (UnifiedDirectory is not null && File.Exists(kill))
        {
            Files.WriteKernelFile(kill, "1");
            return;
        }

        for (var round = 0; round < 1000; round++)
        {
            var pids = Processes();
            if (pids.Count == 0) return;
            foreach (var pid in pids) Linux.Processes.Signal(pid, SIGKILL);
            if (round > 10) Thread.Sleep(1);
        }
    }

    /// <summary>Signals every process in the group and below it.</summary>
    public void Signal(int signal)
    {
        foreach (var pid in Processes()) Linux.Processes.Signal(pid, signal);
    }

    /// <summary>How many processes the kernel killed here for want of memory.</summary>
    public long OutOfMemoryKills() =>
        ReadField(_legacy.TryGetValue("memory", out var legacy) ? legacy + "/memory.oom_control" : UnifiedDirectory + "/memory.events", "oom_kill") ?? 0;

    /// <summary>Most memory used at one time, in bytes, or null.</summary>
    public long? PeakMemory()
    {
        var file = _legacy.TryGetValue("memory", out var legacy) ? legacy + "/memory.max_usage_in_bytes" : UnifiedDirectory + "/memory.peak";
        return TryRead(file) is { } text && long.TryParse(text.Trim(), out var bytes) ? bytes : null;
    }

    /// <summary>Removes the group and those below it. Waits a while for dying processes to be gone.</summary>
    /// <exception cref="LinuxException">EBUSY: a process is still in it.</exception>
    public void Remove()
    {
        foreach (var directory in Directories) Remove(directory);
    }

    private static void Remove(string directory)
    {
        if (!Directory.Exists(directory)) return;
        foreach (var below in Directory.GetDirectories(directory)) Remove(below);
        var deadline = Environment.TickCount64 + (long)RemovalPatience.TotalMilliseconds;
        var pause = 1;
        while (true)
        {
            var errno = Files.RemoveDirectory(directory);
            if (errno is 0 or Errno.ENOENT) return;
            if (errno != Errno.EBUSY || Environment.TickCount64 > deadline) throw new LinuxException("rmdir", errno, directory);
            Thread.Sleep(pause);
            pause = Math.Min(pause * 2, 50);
        }
    }

    private static void Collect(string directory, HashSet<int> pids)
    {
        if (TryRead(directory + "/cgroup.procs") is not { } text) return;
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries)) pids.Add(int.Parse(line));
        foreach (var below in Directory.GetDirectories(directory)) Collect(below, pids);
    }

    private static long? ReadField(string file, string name)
    {
        foreach (var line in (TryRead(file) ?? "").Split('\n'))
        {
            if (line.StartsWith(name + " ", StringComparison.Ordinal)) return long.Parse(line.AsSpan(name.Length + 1));
        }

        return null;
    }

    private static string? TryRead(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
