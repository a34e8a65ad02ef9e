namespace Paas.Linux.Cgroups;

/// <summary>What a control group has used, and is using. Times are nanoseconds, sizes bytes, whatever the version counts in.</summary>
public sealed record CgroupStatistics
{
    public ProcessorStatistics Processor { get; init; } = new();

    public CpusetStatistics Cpuset { get; init; } = new();

    public MemoryStatistics Memory { get; init; } = new();

    /// <summary>Processes and threads at present.</summary>
    public ulong Pids { get; init; }

    /// <summary>Their limit; 0 for none.</summary>
    public ulong PidsLimit { get; init; }

    public BlockStatistics Block { get; init; } = new();

    /// <summary>By the size of the pages, e.g. <c>2MB</c>.</summary>
    public IReadOnlyList<(string PageSize, ResourceUse Use)> HugePages { get; init; } = [];

    /// <summary>Reads them all. What is missing is zero: a controller that is not there, a group that was just removed.</summary>
    public static CgroupStatistics Of(ControlGroup group) => group.Hierarchies.IsUnified
        ? UnifiedStatistics.Read(group.UnifiedDirectory!)
        : LegacyStatistics.Read(group);
}

/// <summary>Processor time.</summary>
public sealed record ProcessorStatistics
{
    public ulong Total { get; init; }

    public ulong Kernel { get; init; }

    public ulong User { get; init; }

    /// <summary>By processor; empty on v2, which does not count so. <see cref="KernelPerProcessor"/> and the other likewise.</summary>
    public IReadOnlyList<ulong> PerProcessor { get; init; } = [];

    public IReadOnlyList<ulong> KernelPerProcessor { get; init; } = [];

    public IReadOnlyList<ulong> UserPerProcessor { get; init; } = [];

    /// <summary>Periods of the quota in which something ran, in which it ran out, and how long it was then held back.</summary>
    public ulong Periods { get; init; }

    /// <inheritdoc cref="Periods"/>
    public ulong ThrottledPeriods { get; init; }

    /// <inheritdoc cref="Periods"/>
    public ulong ThrottledTime { get; init; }

    public PressureStatistics? Pressure { get; init; }
}

/// <summary>Processors and memory nodes (v1 only), with the switches of cpuset(7).</summary>
public sealed record CpusetStatistics
{
    public IReadOnlyList<ushort> Cpus { get; init; } = [];

    public IReadOnlyList<ushort> Nodes { get; init; } = [];

    /// <summary>By the file's name without <c>cpuset.</c>.</summary>
    public IReadOnlyDictionary<string, long> Switches { get; init; } = new Dictionary<string, long>();
}

/// <summary>A resource with a limit. <see cref="ulong.MaxValue"/> is no limit.</summary>
public readonly record struct ResourceUse(ulong Usage, ulong Peak, ulong Failures, ulong Limit);

/// <summary>Memory.</summary>
public sealed record MemoryStatistics
{
    /// <summary>Of files.</summary>
    public ulong Cache { get; init; }

    public ResourceUse Usage { get; init; }

    /// <summary>With swap.</summary>
    public ResourceUse Swap { get; init; }

    /// <summary>The kernel's own for the group; and of that for TCP.</summary>
    public ResourceUse Kernel { get; init; }

    /// <inheritdoc cref="Kernel"/>
    public ResourceUse KernelTcp { get; init; }

    /// <summary>memory.stat as it is.</summary>
    public IReadOnlyList<(string Name, ulong Value)> Raw { get; init; } = [];

    public PressureStatistics? Pressure { get; init; }
}

/// <summary>Block devices: what blkio counts under each name, with the groups below.</summary>
public sealed record BlockStatistics
{
    public IReadOnlyList<BlockEntry> ServiceBytes { get; init; } = [];

    public IReadOnlyList<BlockEntry> Serviced { get; init; } = [];

    public IReadOnlyList<BlockEntry> Queued { get; init; } = [];

    public IReadOnlyList<BlockEntry> ServiceTime { get; init; } = [];

    public IReadOnlyList<BlockEntry> WaitTime { get; init; } = [];

    public IReadOnlyList<BlockEntry> Merged { get; init; } = [];

    public IReadOnlyList<BlockEntry> Time { get; init; } = [];

    public IReadOnlyList<BlockEntry> Sectors { get; init; } = [];

    public PressureStatistics? Pressure { get; init; }
}

/// <summary>A count of one device and operation.</summary>
public readonly record struct BlockEntry(ulong Major, ulong Minor, string Operation, ulong Value);

/// <summary>How long some, or all, processes waited for a resource (Documentation/accounting/psi.rst).</summary>
public sealed record PressureStatistics(Pressure Some, Pressure Full);

/// <summary>Percent of the last 10, 60 and 300 seconds, and microseconds in all.</summary>
public readonly record struct Pressure(double Average10, double Average60, double Average300, ulong Total);
