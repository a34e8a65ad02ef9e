namespace Paas.Linux.Cgroups;

/// <summary>
/// Limits as cgroup v2 takes them. What only v1 can limit (swappiness, the killer's switch, real-time shares, marks on packets) is
/// passed over, as other runtimes do: tools write it into configurations for both.
/// </summary>
internal static class UnifiedLimits
{
    /// <summary>The kernel's own, in microseconds.</summary>
    internal const ulong DefaultPeriod = 100_000;

    public static void Apply(ControlGroup group, CgroupLimits limits)
    {
        var directory = group.UnifiedDirectory!;
        if (limits.Pids is { } pids) GroupFile.Write(directory, "pids.max", pids > 0 ? $"{pids}" : "max");
        ApplyMemory(directory, limits.Memory);
        UnifiedBlockLimits.Apply(directory, limits.Block);
        ApplyProcessor(directory, limits.Processor);
        if (limits.Devices is { } devices) DeviceFilter.Attach(directory, devices, replace: group.IsShared);
        if (limits.Processor.Cpus is { Length: > 0 } cpus) GroupFile.Write(directory, "cpuset.cpus", cpus);
        if (limits.Processor.Nodes is { Length: > 0 } nodes) GroupFile.Write(directory, "cpuset.mems", nodes);
        foreach (var (size, bytes) in limits.HugePages) ApplyHugePages(directory, size, bytes);
        foreach (var (device, handles, objects) in limits.Rdma)
        {
            GroupFile.Write(directory, "rdma.max", LegacyLimits.RdmaLine(device, handles, objects));
        }

        foreach (var (file, content) in limits.UnifiedFiles ?? new Dictionary<string, string>()) WriteUnified(directory, file, content);
    }

    /// <summary>Huge pages; here for hybrid machines too.</summary>
    public static void ApplyHugePages(string? directory, string size, ulong bytes)
    {
        if (directory is null) throw GroupFile.Missing("hugetlb");
        GroupFile.Write(directory, $"hugetlb.{size}.max", $"{bytes}");
        // Reserved pages count by themselves since Linux 5.7.
        if (File.Exists($"{directory}/hugetlb.{size}.rsvd.max")) GroupFile.Write(directory, $"hugetlb.{size}.rsvd.max", $"{bytes}");
    }

    /// <summary>
    /// v1's shares (2 to 262144) on v2's scale (1 to 10000), so that the least, the usual (1024 is 100) and the most of both meet:
    /// a curve through the three points in logarithms.
    /// </summary>
    internal static ulong Weight(ulong shares)
    {
        if (shares <= 2) return 1;
        if (shares >= 262_144) return 10_000;
        var bits = Math.Log2(shares);
        return (ulong)Math.Ceiling(Math.Pow(10, (((bits * bits) + (125 * bits)) / 612.0) - (7.0 / 34.0)));
    }

    /// <summary>The limit of swap alone, from one of memory and swap together: -1 for none, null to leave what is there.</summary>
    internal static long? Swap(MemoryLimits limits)
    {
        var (memory, both) = (limits.Limit ?? 0, limits.LimitAndSwap ?? 0);
        if (memory == -1 && both == 0) return -1;
        if (both == 0) return limits is { LimitAndSwap: 0, Limit: null } ? 0 : null;
        if (both == -1) return -1;
        return memory switch
        {
            -1 => both,
            0 => throw new CgroupException("unable to set swap limit without memory limit"),
            < 0 => throw new CgroupException($"invalid memory value: {memory}"),
            _ when both < memory => throw new CgroupException("memory+swap limit should be >= memory limit"),
            _ => both - memory,
        };
    }

    /// <summary>Refuses limits of memory that make no sense, or that are less than what is in use where that is to be looked at.</summary>
    public static void Check(string directory, MemoryLimits limits)
    {
        _ = Swap(limits);
        if (limits.CheckUse) CheckUse(directory, limits);
    }

    private static void ApplyMemory(string directory, MemoryLimits limits)
    {
        if (limits.CheckUse) CheckUse(directory, limits);
        if (Swap(limits) is { } swap)
        {
            // Without swap accounting there is no file, and nothing to take away or to forbid.
            if (swap > 0 || File.Exists($"{directory}/memory.swap.max")) GroupFile.Write(directory, "memory.swap.max", Bytes(swap));
        }

        if (limits.Limit is { } memory and not 0) GroupFile.Write(directory, "memory.max", Bytes(memory));
        if (limits.Reservation is { } low and not 0) GroupFile.Write(directory, "memory.low", Bytes(low));
    }

    private static void CheckUse(string directory, MemoryLimits limits)
    {
        if (GroupFile.Number($"{directory}/memory.current") is not { } usage) return;
        if (limits.LimitAndSwap is > 0 and { } both && (ulong)both <= usage)
        {
            throw new CgroupException($"rejecting memory+swap limit {both} <= usage {usage}");
        }

        if (limits.Limit is > 0 and { } memory && (ulong)memory <= usage)
        {
            throw new CgroupException($"rejecting memory limit {memory} <= usage {usage}");
        }
    }

    private static void ApplyProcessor(string directory, ProcessorLimits limits)
    {
        if (limits.Idle is { } idle) GroupFile.Write(directory, "cpu.idle", $"{idle}");
        if (limits.Shares is > 0 and { } shares) GroupFile.Write(directory, "cpu.weight", $"{Weight(shares)}");
        var burst = limits.Burst is { } saved ? $"{saved}" : null;
        // More than the old quota is refused, and may be right with the new one.
        ReadOnlySpan<int> tolerated = limits.Quota is null or 0 ? [] : [Errno.EINVAL];
        if (burst is not null && GroupFile.TryWrite(directory, "cpu.max.burst", burst, tolerated) == 0) burst = null;
        if (Bandwidth(limits) is { } bandwidth) GroupFile.Write(directory, "cpu.max", bandwidth);
        if (burst is not null) GroupFile.Write(directory, "cpu.max.burst", burst);
    }

    // Quota and period are one file.
    private static string? Bandwidth(ProcessorLimits limits)
    {
        var (quota, period) = (limits.Quota ?? 0, limits.Period ?? 0);
        if (quota == 0 && period == 0) return null;
        return $"{(quota > 0 ? $"{quota}" : "max")} {(period != 0 ? period : DefaultPeriod)}";
    }

    private static void WriteUnified(string directory, string file, string content)
    {
        if (file.Contains('/')) throw new CgroupException($"unified resource \"{file}\" must be a file name (no slashes)");
        var dot = file.IndexOf('.');
        if (dot <= 0)
        {
            throw new CgroupException($"unified resource \"{file}\": the specified key has not the form CONTROLLER.VALUE `{file}`");
        }

        var controller = file[..dot];
        if (controller != "cgroup" && GroupFile.TryRead($"{directory}/cgroup.controllers")?.Trim().Split(' ').Contains(controller) != true)
        {
            throw new CgroupException(
                $"unified resource \"{file}\" can't be set: the requested cgroup controller `{controller}` is not available");
        }

        try
        {
            // Files about devices take one in each write.
            foreach (var line in content.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                Files.WriteKernelFile($"{directory}/{file}", line);
            }
        }
        catch (LinuxException e)
        {
            throw new LinuxException($"unable to set unified resource \"{file}\": {e.Syscall}", e.Errno, e.Path);
        }
    }

    private static string Bytes(long value) => value < 0 ? "max" : $"{value}";
}
