namespace Paas.Linux.Cgroups;

/// <summary>
/// Where this machine has its control groups: one unified hierarchy (v2), one per controller (v1), or v1 with an additional
/// unified one without controllers (hybrid).
/// </summary>
/// <param name="Unified">Mount point of the unified hierarchy, or null.</param>
/// <param name="Legacy">Mount points of v1 hierarchies by controller; a named hierarchy is <c>name=systemd</c>.</param>
public sealed record CgroupHierarchies(string? Unified, IReadOnlyDictionary<string, string> Legacy)
{
    private static CgroupHierarchies? _current;

    /// <summary>Those mounted below <c>/sys/fs/cgroup</c>; read once.</summary>
    public static CgroupHierarchies Current => _current ??= Parse(File.ReadLines("/proc/self/mountinfo"));

    /// <summary>True when there is nothing but v2.</summary>
    public bool IsUnified => Unified is not null && Legacy.Count == 0;

    /// <summary>Reads lines of mountinfo (proc_pid_mountinfo(5)).</summary>
    public static CgroupHierarchies Parse(IEnumerable<string> mountinfo)
    {
        string? unified = null;
        var legacy = new Dictionary<string, string>();
        foreach (var line in mountinfo)
        {
            var separator = line.IndexOf(" - cgroup", StringComparison.Ordinal);
            if (separator < 0) continue;
            var mountPoint = line.Split(' ', 6)[4];
            if (!mountPoint.StartsWith("/sys/fs/cgroup", StringComparison.Ordinal)) continue;
            var super = line[(separator + 3)..].Split(' ');
            if (super[0] == "cgroup2") unified ??= mountPoint;
            else
            {
                foreach (var option in super[2].Split(','))
                {
                    if (option.StartsWith("name=", StringComparison.Ordinal) || Controllers.Contains(option)) legacy.TryAdd(option, mountPoint);
                }
            }
        }

        return new CgroupHierarchies(unified, legacy);
    }

    private static readonly string[] Controllers =
        ["memory", "cpu", "cpuacct", "cpuset", "pids", "devices", "freezer", "blkio", "net_cls", "net_prio", "perf_event", "hugetlb", "rdma", "misc"];
}
