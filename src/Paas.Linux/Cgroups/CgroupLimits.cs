namespace Paas.Linux.Cgroups;

/// <summary>Limits of a control group, in the units of cgroup v1 where the versions differ; null leaves what is there.</summary>
public sealed record CgroupLimits
{
    public MemoryLimits Memory { get; init; } = new();

    public ProcessorLimits Processor { get; init; } = new();

    /// <summary>Processes and threads; 0 or less for no limit.</summary>
    public long? Pids { get; init; }

    public BlockLimits Block { get; init; } = new();

    /// <summary>Bytes of huge pages, by their size as the kernel's files spell it: <c>2MB</c>.</summary>
    public IReadOnlyList<(string PageSize, ulong Bytes)> HugePages { get; init; } = [];

    /// <summary>Class of network packets (v1 only).</summary>
    public uint? NetworkClass { get; init; }

    /// <summary>Priority of network packets by interface (v1 only).</summary>
    public IReadOnlyList<(string Interface, uint Priority)> NetworkPriorities { get; init; } = [];

    /// <summary>Handles and objects of RDMA devices; null for no limit.</summary>
    public IReadOnlyList<(string Device, uint? Handles, uint? Objects)> Rdma { get; init; } = [];

    /// <summary>In order; the last one that fits decides; what none fits is refused. Null leaves devices alone.</summary>
    public IReadOnlyList<DeviceAccess>? Devices { get; init; }

    /// <summary>Files of the unified hierarchy, written as they are.</summary>
    public IReadOnlyDictionary<string, string>? UnifiedFiles { get; init; }
}

/// <summary>Bytes; -1 for no limit; 0, as null, leaves what is there.</summary>
public sealed record MemoryLimits
{
    public long? Limit { get; init; }

    /// <summary>Memory and swap together. 0 where no limit is given: no swap at all.</summary>
    public long? LimitAndSwap { get; init; }

    /// <summary>Kept under pressure from outside (v2: memory.low) or aimed at (v1: soft limit).</summary>
    public long? Reservation { get; init; }

    /// <summary>Of the kernel's buffers for TCP (v1 only).</summary>
    public long? KernelTcp { get; init; }

    /// <summary>0 to 100 (v1 only).</summary>
    public ulong? Swappiness { get; init; }

    /// <summary>Processes wait for memory instead of being killed (v1 only).</summary>
    public bool DisableKiller { get; init; }

    /// <summary>Refuses a limit that is below the use at present.</summary>
    public bool CheckUse { get; init; }
}

/// <summary>Processor time. 0 leaves what is there.</summary>
public sealed record ProcessorLimits
{
    /// <summary>Relative weight: 2 to 262144, usual 1024.</summary>
    public ulong? Shares { get; init; }

    /// <summary>Microseconds per period; -1 for no limit.</summary>
    public long? Quota { get; init; }

    /// <summary>Microseconds.</summary>
    public ulong? Period { get; init; }

    /// <summary>Microseconds of unused quota to be saved up; 0 none.</summary>
    public ulong? Burst { get; init; }

    /// <summary>1: only when nothing else wants to run.</summary>
    public long? Idle { get; init; }

    /// <summary>Microseconds per real-time period (v1 only).</summary>
    public long? RealtimeRuntime { get; init; }

    /// <summary>Microseconds (v1 only).</summary>
    public ulong? RealtimePeriod { get; init; }

    /// <summary>E.g. <c>0-3,7</c>.</summary>
    public string? Cpus { get; init; }

    /// <summary>Memory nodes, likewise.</summary>
    public string? Nodes { get; init; }

    /// <summary>Whether the cpuset controller is asked for anything.</summary>
    public bool HasSet => Cpus is { Length: > 0 } || Nodes is { Length: > 0 };
}

/// <summary>Block devices. A weight of 0 leaves what is there.</summary>
public sealed record BlockLimits
{
    /// <summary>10 to 1000.</summary>
    public uint? Weight { get; init; }

    /// <summary>10 to 1000 (v1 only).</summary>
    public uint? LeafWeight { get; init; }

    public IReadOnlyList<DeviceWeight> Weights { get; init; } = [];

    public IReadOnlyList<DeviceRate> Rates { get; init; } = [];
}

/// <summary>The weight of a block device.</summary>
public readonly record struct DeviceWeight(long Major, long Minor, uint? Weight, uint? LeafWeight);

/// <summary>The highest rate of a block device, in bytes or operations per second; 0 for no limit.</summary>
public readonly record struct DeviceRate(RateKind Kind, long Major, long Minor, ulong PerSecond);

/// <summary>What a rate counts.</summary>
public enum RateKind
{
    /// <summary>Bytes read.</summary>
    ReadBytes,

    /// <summary>Bytes written.</summary>
    WriteBytes,

    /// <summary>Operations that read.</summary>
    Reads,

    /// <summary>Operations that write.</summary>
    Writes,
}

/// <summary>A rule about device nodes.</summary>
/// <param name="Allow">Or refuse.</param>
/// <param name="Type"><c>c</c>, <c>b</c>, or <c>a</c> for both.</param>
/// <param name="Major">Null for all.</param>
/// <param name="Minor">Null for all.</param>
/// <param name="Access">Any of <c>rwm</c>.</param>
public readonly record struct DeviceAccess(bool Allow, char Type, long? Major, long? Minor, string Access);
