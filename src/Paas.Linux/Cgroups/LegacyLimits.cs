using System.Text;
using Paas.Linux.Events;
using static Paas.Linux.Native;

namespace Paas.Linux.Cgroups;

/// <summary>Limits as cgroup v1 takes them. Each has a controller of its own, with a hierarchy that may not be mounted.</summary>
internal static class LegacyLimits
{
    private const int HighestSwappiness = 100;

    /// <summary>Sets those whose controller is not in the unified hierarchy.</summary>
    public static void Apply(ControlGroup group, CgroupLimits limits)
    {
        if (limits.UnifiedFiles is not null) throw new CgroupException("invalid configuration: cannot use unified on cgroup v1");
        ApplyMemory(group, limits.Memory);
        ApplyProcessor(group, limits.Processor);
        if (limits.Pids is { } pids) GroupFile.Write(Directory("pids"), "pids.max", pids > 0 ? $"{pids}" : "max");
        LegacyBlockLimits.Apply(group, limits.Block);
        if (limits.Devices is { } rules) ApplyDevices(Directory("devices"), rules);
        foreach (var (size, bytes) in limits.HugePages)
        {
            // Some hybrid machines have this controller, of all, in the unified hierarchy.
            if (!group.LegacyDirectories.ContainsKey("hugetlb")) UnifiedLimits.ApplyHugePages(group.UnifiedDirectory, size, bytes);
            else ApplyHugePages(Directory("hugetlb"), size, bytes);
        }

        if (limits.NetworkClass is { } id) GroupFile.Write(Directory("net_cls"), "net_cls.classid", $"{id}");
        foreach (var (name, priority) in limits.NetworkPriorities)
        {
            GroupFile.Write(Directory("net_prio"), "net_prio.ifpriomap", $"{name} {priority}");
        }

        foreach (var (device, handles, objects) in limits.Rdma)
        {
            GroupFile.Write(Directory("rdma"), "rdma.max", RdmaLine(device, handles, objects));
        }

        string Directory(string controller) => DirectoryOf(group, controller);
    }

    /// <summary>Real-time shares must be there before a process that has such a priority can join.</summary>
    public static void ApplyRealtime(ControlGroup group, ProcessorLimits limits)
    {
        if (limits.RealtimePeriod is null or 0 && limits.RealtimeRuntime is null or 0) return;
        var directory = DirectoryOf(group, "cpu");
        var period = limits.RealtimePeriod is > 0 and { } microseconds ? $"{microseconds}" : null;
        var late = period is not null && limits.RealtimeRuntime is not (null or 0)
            && GroupFile.TryWrite(directory, "cpu.rt_period_us", period, Errno.EINVAL) != 0;
        if (period is not null && limits.RealtimeRuntime is null or 0) GroupFile.Write(directory, "cpu.rt_period_us", period!);
        if (limits.RealtimeRuntime is { } runtime and not 0) GroupFile.Write(directory, "cpu.rt_runtime_us", $"{runtime}");
        // A period too short for the old runtime is right with the new one.
        if (late) GroupFile.Write(directory, "cpu.rt_period_us", period!);
    }

    /// <summary>A new cpuset group has no processors and no memory until someone writes them: as above it.</summary>
    public static void InheritCpuset(string mount, string path)
    {
        var parent = mount;
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var directory = Path.Combine(parent, part);
            foreach (var file in (ReadOnlySpan<string>)["cpuset.cpus", "cpuset.mems"])
            {
                if (GroupFile.TryRead($"{directory}/{file}")?.Trim().Length > 0) continue;
                GroupFile.Write(directory, file, GroupFile.TryRead($"{parent}/{file}")!.Trim());
            }

            parent = directory;
        }
    }

    internal static string DirectoryOf(ControlGroup group, string controller) =>
        group.LegacyDirectories.TryGetValue(controller, out var directory) ? directory : throw GroupFile.Missing(controller);

    internal static string RdmaLine(string device, uint? handles, uint? objects) =>
        $"{device} hca_handle={(handles is { } most ? $"{most}" : "max")} hca_object={(objects is { } count ? $"{count}" : "max")}";

    private static void ApplyMemory(ControlGroup group, MemoryLimits limits)
    {
        if (limits == new MemoryLimits { CheckUse = limits.CheckUse }) return;
        var directory = DirectoryOf(group, "memory");
        SetMemoryAndSwap(directory, limits);
        if (limits.Reservation is { } low and not 0) GroupFile.Write(directory, "memory.soft_limit_in_bytes", $"{low}");
        if (limits.KernelTcp is { } buffers and not 0) GroupFile.Write(directory, "memory.kmem.tcp.limit_in_bytes", $"{buffers}");
        if (limits.DisableKiller) GroupFile.Write(directory, "memory.oom_control", "1");
        if (limits.Swappiness is not { } swappiness || swappiness == ulong.MaxValue) return;
        if (swappiness > HighestSwappiness)
        {
            throw new CgroupException($"invalid memory swappiness value: {swappiness} (valid range is 0-100)");
        }

        GroupFile.Write(directory, "memory.swappiness", $"{swappiness}");
    }

    // The kernel wants memory never above memory and swap, at every moment: which of the two is written first depends.
    private static void SetMemoryAndSwap(string directory, MemoryLimits limits)
    {
        const string SwapFile = "memory.memsw.limit_in_bytes";
        var (memory, both) = (limits.Limit ?? 0, limits.LimitAndSwap ?? 0);
        // Without swap accounting there is no file, and nothing to limit.
        if (memory == -1 && both == 0 && File.Exists($"{directory}/{SwapFile}")) both = -1;
        var swapFirst = memory != 0 && both != 0
            && (both == -1 || GroupFile.Number($"{directory}/memory.limit_in_bytes") < (ulong)both);
        if (swapFirst) GroupFile.Write(directory, SwapFile, $"{both}");
        if (memory != 0) SetMemory(directory, memory);
        if (both != 0 && !swapFirst) GroupFile.Write(directory, SwapFile, $"{both}");
    }

    private static void SetMemory(string directory, long memory)
    {
        if (GroupFile.TryWrite(directory, "memory.limit_in_bytes", $"{memory}", Errno.EBUSY) == 0) return;
        var usage = GroupFile.Number($"{directory}/memory.usage_in_bytes");
        var peak = GroupFile.Number($"{directory}/memory.max_usage_in_bytes");
        throw new CgroupException($"unable to set memory limit to {memory} (current usage: {usage}, peak usage: {peak})");
    }

    private static void ApplyProcessor(ControlGroup group, ProcessorLimits limits)
    {
        if (limits.HasSet)
        {
            var set = DirectoryOf(group, "cpuset");
            if (limits.Cpus is { Length: > 0 } cpus) GroupFile.Write(set, "cpuset.cpus", cpus);
            if (limits.Nodes is { Length: > 0 } nodes) GroupFile.Write(set, "cpuset.mems", nodes);
        }

        if (limits == new ProcessorLimits { Cpus = limits.Cpus, Nodes = limits.Nodes }) return;
        var directory = DirectoryOf(group, "cpu");
        if (limits.Idle is { } idle) GroupFile.Write(directory, "cpu.idle", $"{idle}");
        if (limits.Shares is > 0 and { } shares) SetShares(directory, shares);
        SetQuota(directory, limits);
        ApplyRealtime(group, limits);
    }

    private static void SetShares(string directory, ulong shares)
    {
        GroupFile.Write(directory, "cpu.shares", $"{shares}");
        // The kernel takes any number and makes the nearest of it that it likes.
        var taken = GroupFile.Number($"{directory}/cpu.shares");
        if (taken < shares) throw new CgroupException($"the maximum allowed cpu-shares is {taken}");
        if (taken > shares) throw new CgroupException($"the minimum allowed cpu-shares is {taken}");
    }

    private static void SetQuota(string directory, ProcessorLimits limits)
    {
        var quota = limits.Quota is { } given and not 0 ? $"{given}" : null;
        var period = limits.Period is > 0 and { } microseconds ? $"{microseconds}" : null;
        var burst = limits.Burst is { } saved ? $"{saved}" : null;
        // With the old quota a new period can be too short, a new burst too much: then again, once the quota is the new one.
        if (period is not null && quota is null) GroupFile.Write(directory, "cpu.cfs_period_us", period);
        else if (period is not null && GroupFile.TryWrite(directory, "cpu.cfs_period_us", period, Errno.EINVAL) == 0) period = null;
        if (burst is not null && quota is null) GroupFile.Write(directory, "cpu.cfs_burst_us", burst);
        else if (burst is not null && GroupFile.TryWrite(directory, "cpu.cfs_burst_us", burst, Errno.EINVAL) == 0) burst = null;
        if (quota is null) return;
        GroupFile.Write(directory, "cpu.cfs_quota_us", quota);
        if (period is not null) GroupFile.Write(directory, "cpu.cfs_period_us", period);
        if (burst is not null) GroupFile.Write(directory, "cpu.cfs_burst_us", burst);
    }

    private static void ApplyDevices(string directory, IReadOnlyList<DeviceAccess> rules)
    {
        using var allow = Files.Open($"{directory}/devices.allow", O_WRONLY);
        using var deny = Files.Open($"{directory}/devices.deny", O_WRONLY);
        Descriptors.Write(deny, "a"u8);
        foreach (var rule in rules)
        {
            var (major, minor) = (rule.Major?.ToString() ?? "*", rule.Minor?.ToString() ?? "*");
            // "a" with anything behind it is refused: it always means everything.
            var text = rule.Type == 'a' ? "a" : $"{rule.Type} {major}:{minor} {rule.Access}";
            Descriptors.Write(rule.Allow ? allow : deny, Encoding.ASCII.GetBytes(text));
        }
    }

    private static void ApplyHugePages(string directory, string size, ulong bytes)
    {
        GroupFile.Write(directory, $"hugetlb.{size}.limit_in_bytes", $"{bytes}");
        // Reserved pages count by themselves since Linux 5.7.
        if (File.Exists($"{directory}/hugetlb.{size}.rsvd.limit_in_bytes"))
        {
            GroupFile.Write(directory, $"hugetlb.{size}.rsvd.limit_in_bytes", $"{bytes}");
        }
    }
}
