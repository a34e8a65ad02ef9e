using System.Globalization;

namespace Paas.Linux.Cgroups;

/// <summary>Statistics as cgroup v1 has them, controller by controller.</summary>
internal static class LegacyStatistics
{
    // USER_HZ, which every architecture Linux runs on today has at 100.
    private const ulong NanosecondsPerTick = 10_000_000;

    private static readonly string[] CpusetSwitches =
    [
        "cpu_exclusive", "mem_hardwall", "mem_exclusive", "memory_migrate", "memory_spread_page", "memory_spread_slab", "memory_pressure",
        "sched_load_balance", "sched_relax_domain_level",
    ];

    public static CgroupStatistics Read(ControlGroup group)
    {
        var pids = Directory("pids");
        return new CgroupStatistics
        {
            Processor = Processor(Directory("cpuacct"), Directory("cpu")),
            Cpuset = Cpuset(Directory("cpuset")),
            Memory = Memory(Directory("memory")),
            Pids = GroupFile.Number($"{pids}/pids.current") ?? 0,
            PidsLimit = GroupFile.Number($"{pids}/pids.max") is { } most && most != ulong.MaxValue ? most : 0,
            Block = Block(Directory("blkio")),
            HugePages = group.LegacyDirectories.TryGetValue("hugetlb", out var hugetlb) ? HugePages(hugetlb)
                : group.UnifiedDirectory is { } unified ? UnifiedStatistics.HugePages(unified) : [],
        };

        // A controller without a directory has no files there.
        string Directory(string controller) => group.LegacyDirectories.GetValueOrDefault(controller, "/proc/self/no-such-controller");
    }

    private static ProcessorStatistics Processor(string accounting, string cpu)
    {
        var stat = GroupFile.Fields($"{accounting}/cpuacct.stat").ToDictionary();
        var throttling = GroupFile.Fields($"{cpu}/cpu.stat").ToDictionary();
        // A line for each processor: number, user, system.
        var all = (GroupFile.TryRead($"{accounting}/cpuacct.usage_all") ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Skip(1).Select(line => line.Split(' ')).Where(words => words.Length == 3).ToList();
        return new ProcessorStatistics
        {
            Total = GroupFile.Number($"{accounting}/cpuacct.usage") ?? 0,
            Kernel = stat.GetValueOrDefault("system") * NanosecondsPerTick,
            User = stat.GetValueOrDefault("user") * NanosecondsPerTick,
            PerProcessor = [.. Numbers(GroupFile.TryRead($"{accounting}/cpuacct.usage_percpu"))],
            UserPerProcessor = [.. all.Select(words => GroupFile.Parse(words[1]) ?? 0)],
            KernelPerProcessor = [.. all.Select(words => GroupFile.Parse(words[2]) ?? 0)],
            Periods = throttling.GetValueOrDefault("nr_periods"),
            ThrottledPeriods = throttling.GetValueOrDefault("nr_throttled"),
            ThrottledTime = throttling.GetValueOrDefault("throttled_time"),
        };
    }

    private static CpusetStatistics Cpuset(string directory)
    {
        if (GroupFile.TryRead($"{directory}/cpuset.cpus") is not { } cpus) return new CpusetStatistics();
        var switches = new Dictionary<string, long>();
        foreach (var name in CpusetSwitches)
        {
            if (long.TryParse(GroupFile.TryRead($"{directory}/cpuset.{name}"), CultureInfo.InvariantCulture, out var value))
            {
                switches[name] = value;
            }
        }

        var nodes = GroupFile.TryRead($"{directory}/cpuset.mems") ?? "";
        return new CpusetStatistics { Cpus = CpuList.Parse(cpus), Nodes = CpuList.Parse(nodes), Switches = switches };
    }

    private static MemoryStatistics Memory(string directory)
    {
        var raw = GroupFile.Fields($"{directory}/memory.stat").ToList();
        return new MemoryStatistics
        {
            Raw = raw,
            Cache = raw.Find(field => field.Name == "cache").Value,
            Usage = Use($"{directory}/memory"),
            Swap = Use($"{directory}/memory.memsw"),
            Kernel = Use($"{directory}/memory.kmem"),
            KernelTcp = Use($"{directory}/memory.kmem.tcp"),
        };
    }

    private static List<(string PageSize, ResourceUse Use)> HugePages(string directory) =>
        [.. UnifiedStatistics.HugePageSizes().Select(size => (size, Use($"{directory}/hugetlb.{size}") with { Limit = 0 }))];

    private static ResourceUse Use(string prefix) => new(
        GroupFile.Number(prefix + ".usage_in_bytes") ?? 0, GroupFile.Number(prefix + ".max_usage_in_bytes") ?? 0,
        GroupFile.Number(prefix + ".failcnt") ?? 0, GroupFile.Number(prefix + ".limit_in_bytes") ?? 0);

    // The scheduler BFQ counts for itself, CFQ did; what every kernel has is what throttling counts.
    private static BlockStatistics Block(string directory)
    {
        foreach (var prefix in (ReadOnlySpan<string>)["blkio.bfq.", "blkio."])
        {
            if (GroupFile.TryRead($"{directory}/{prefix}io_serviced_recursive") is not { } serviced || serviced.Trim() is "" or "Total 0")
            {
                continue;
            }

            return new BlockStatistics
            {
                ServiceBytes = Entries($"{directory}/{prefix}io_service_bytes_recursive"),
                Serviced = Entries($"{directory}/{prefix}io_serviced_recursive"),
                Queued = Entries($"{directory}/{prefix}io_queued_recursive"),
                ServiceTime = Entries($"{directory}/{prefix}io_service_time_recursive"),
                WaitTime = Entries($"{directory}/{prefix}io_wait_time_recursive"),
                Merged = Entries($"{directory}/{prefix}io_merged_recursive"),
                Time = Entries($"{directory}/{prefix}time_recursive"),
                Sectors = Entries($"{directory}/{prefix}sectors_recursive"),
            };
        }

        return new BlockStatistics
        {
            ServiceBytes = Throttled("io_service_bytes"),
            Serviced = Throttled("io_serviced"),
        };

        List<BlockEntry> Throttled(string name) =>
            Entries($"{directory}/blkio.throttle.{name}_recursive") is { Count: > 0 } entries
                ? entries
                : Entries($"{directory}/blkio.throttle.{name}");
    }

    // 8:0 Read 4096; the operation is missing where there is but one kind. The last line is a total.
    private static List<BlockEntry> Entries(string file)
    {
        var entries = new List<BlockEntry>();
        foreach (var line in (GroupFile.TryRead(file) ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 2 || words[0].Split(':') is not [var major, var minor]) continue;
            if (!ulong.TryParse(major, out var first) || !ulong.TryParse(minor, out var second)) continue;
            if (GroupFile.Parse(words[^1]) is not { } value) continue;
            entries.Add(new BlockEntry(first, second, words.Length > 2 ? words[1] : "", value));
        }

        return entries;
    }

    private static IEnumerable<ulong> Numbers(string? text) =>
        (text ?? "").Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Select(word => GroupFile.Parse(word) ?? 0);
}
