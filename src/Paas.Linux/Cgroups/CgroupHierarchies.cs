using static Paas.Linux.Native;

namespace Paas.Linux.Cgroups;

/// <summary>
/// Where this machine has its control groups: one unified hierarchy (v2), one per controller (v1), or v1 with an additional
/// unified one with few controllers or none (hybrid).
/// </summary>
/// <param name="Unified">Mount point of the unified hierarchy, or null.</param>
/// <param name="Legacy">Mount points of v1 hierarchies by controller; a named hierarchy is <c>name=systemd</c>.</param>
public sealed record CgroupHierarchies(string? Unified, IReadOnlyDictionary<string, string> Legacy)
{
    private const string Place = "/sys/fs/cgroup";

    private static CgroupHierarchies? _current;

    private static readonly string[] Controllers =
    [
        "memory", "cpu", "cpuacct", "cpuset", "pids", "devices", "freezer", "blkio", "net_cls", "net_prio", "perf_event", "hugetlb", "rdma",
        "misc",
    ];

    /// <summary>Those mounted below <c>/sys/fs/cgroup</c>; read once.</summary>
    public static CgroupHierarchies Current => _current ??= IsAllUnified()
        ? new CgroupHierarchies(Place, new Dictionary<string, string>())
        : Parse(Files.ReadText("/proc/self/mountinfo").Split('\n'));

    /// <summary>True when there is nothing but v2.</summary>
    public bool IsUnified => Unified is not null && Legacy.Count == 0;

    // Without the list of mounts, which is long on a machine with many containers.
    private static bool IsAllUnified()
    {
        using var place = Files.OpenIfExists(Place, O_PATH | O_DIRECTORY);
        return place is not null && Files.FilesystemType(place) == CGROUP2_SUPER_MAGIC;
    }

    /// <summary>Reads lines of mountinfo (proc_pid_mountinfo(5)).</summary>
    public static CgroupHierarchies Parse(string[] mountinfo)
    {
        string? unified = null;
        var legacy = new Dictionary<string, string>();
        foreach (var line in mountinfo)
        {
            var separator = line.IndexOf(" - cgroup", StringComparison.Ordinal);
            if (separator < 0) continue;
            var mountPoint = line.Split(' ', 6)[4];
            if (!mountPoint.StartsWith(Place, StringComparison.Ordinal)) continue;
            var super = line[(separator + 3)..].Split(' ');
            if (super[0] == "cgroup2") unified ??= mountPoint;
            else
            {
                foreach (var option in super[2].Split(','))
                {
                    if (option.StartsWith("name=", StringComparison.Ordinal) || Controllers.Contains(option))
                    {
                        legacy.TryAdd(option, mountPoint);
                    }
                }
            }
        }

        return new CgroupHierarchies(unified, legacy);
    }

    /// <summary>
    /// The group that a relative path starts from. On v2 it is the one above this process's own, since a group with processes can
    /// pass no controllers down; on v1 this process's own group of memory.
    /// </summary>
    public string RelativeBase()
    {
        var own = PathOf("self");
        return IsUnified ? Path.GetDirectoryName(own) ?? "/" : own;
    }

    /// <summary>The path of a process's group: the unified one, or where v1 has the controllers that of memory.</summary>
    /// <param name="process">A pid, or <c>self</c>.</param>
    public string PathOf(string process) => PathOf(Files.ReadText($"/proc/{process}/cgroup").Split('\n'), IsUnified || !Legacy.ContainsKey("memory"));

    internal static string PathOf(string[] lines, bool unified)
    {
        foreach (var line in lines)
        {
            if (line.Split(':', 3) is not [_, var controllers, var path]) continue;
            if (unified ? controllers.Length == 0 : controllers.Split(',').Contains("memory")) return path;
        }

        return "/";
    }
}
