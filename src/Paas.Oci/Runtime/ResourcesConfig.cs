namespace Paas.Oci.Runtime;

/// <summary>
/// Limits of the container's control group (config-linux.md, Control groups); also the document that <c>update --resources</c>
/// reads.
/// </summary>
public sealed record ResourcesConfig
{
    /// <summary>In order: the last one that fits decides.</summary>
    public IReadOnlyList<DeviceRule>? Devices { get; init; }

    public MemoryLimits? Memory { get; init; }

    public ProcessorLimits? Cpu { get; init; }

    public PidsLimit? Pids { get; init; }

    public BlockLimits? BlockIO { get; init; }

    public IReadOnlyList<HugepageLimit>? HugepageLimits { get; init; }

    public NetworkLimits? Network { get; init; }

    /// <summary>By the name of the RDMA device.</summary>
    public IReadOnlyDictionary<string, RdmaLimits>? Rdma { get; init; }

    /// <summary>Files of the unified hierarchy written as they are: name to content.</summary>
    public IReadOnlyDictionary<string, string>? Unified { get; init; }
}

/// <summary>Which devices may be used; a null member stands for all.</summary>
public sealed record DeviceRule
{
    public required bool Allow { get; init; }

    /// <summary><c>a c b</c></summary>
    public string? Type { get; init; }

    public long? Major { get; init; }

    public long? Minor { get; init; }

    /// <summary>Any of <c>r w m</c>.</summary>
    public string? Access { get; init; }
}

/// <summary>Bytes; -1 for no limit.</summary>
public sealed record MemoryLimits
{
    public long? Limit { get; init; }

    public long? Reservation { get; init; }

    /// <summary>Memory and swap together.</summary>
    public long? Swap { get; init; }

    /// <summary>No kernel has it any more: read and not used.</summary>
    public long? Kernel { get; init; }

    /// <inheritdoc cref="Kernel"/>
    public long? KernelTCP { get; init; }

    /// <summary>0 to 100; v1 only.</summary>
    public ulong? Swappiness { get; init; }

    /// <summary>v1 only.</summary>
    public bool? DisableOOMKiller { get; init; }

    /// <summary>Always so: read and not used.</summary>
    public bool? UseHierarchy { get; init; }

    /// <summary>Refuse a limit below what is in use already.</summary>
    public bool? CheckBeforeUpdate { get; init; }
}

/// <summary>Processor time.</summary>
public sealed record ProcessorLimits
{
    /// <summary>Relative weight as v1 counts: 2 to 262144, usual 1024.</summary>
    public ulong? Shares { get; init; }

    /// <summary>Microseconds of processor time in each period; -1 for no limit.</summary>
    public long? Quota { get; init; }

    /// <summary>Microseconds of unused quota that may be saved up.</summary>
    public ulong? Burst { get; init; }

    /// <summary>Microseconds.</summary>
    public ulong? Period { get; init; }

    /// <summary>Microseconds of real-time scheduling in each <see cref="RealtimePeriod"/>; v1 only.</summary>
    public long? RealtimeRuntime { get; init; }

    /// <summary>Microseconds; v1 only.</summary>
    public ulong? RealtimePeriod { get; init; }

    /// <summary>E.g. <c>0-3,7</c>.</summary>
    public string? Cpus { get; init; }

    public string? Mems { get; init; }

    /// <summary>1 lets it run only when nothing else wants to.</summary>
    public long? Idle { get; init; }
}

/// <summary>How many processes and threads.</summary>
public sealed record PidsLimit
{
    /// <summary>0 or less for no limit.</summary>
    public long? Limit { get; init; }
}

/// <summary>Block devices.</summary>
public sealed record BlockLimits
{
    /// <summary>10 to 1000.</summary>
    public uint? Weight { get; init; }

    /// <summary>Against the groups below; 10 to 1000; v1 only.</summary>
    public uint? LeafWeight { get; init; }

    public IReadOnlyList<WeightDevice>? WeightDevice { get; init; }

    public IReadOnlyList<ThrottleDevice>? ThrottleReadBpsDevice { get; init; }

    public IReadOnlyList<ThrottleDevice>? ThrottleWriteBpsDevice { get; init; }

    public IReadOnlyList<ThrottleDevice>? ThrottleReadIOPSDevice { get; init; }

    public IReadOnlyList<ThrottleDevice>? ThrottleWriteIOPSDevice { get; init; }
}

/// <summary>The weight of one device.</summary>
public sealed record WeightDevice
{
    public required long Major { get; init; }

    public required long Minor { get; init; }

    public uint? Weight { get; init; }

    public uint? LeafWeight { get; init; }
}

/// <summary>The rate of one device: bytes, or operations, in a second.</summary>
public sealed record ThrottleDevice
{
    public required long Major { get; init; }

    public required long Minor { get; init; }

    public required ulong Rate { get; init; }
}

/// <summary>Huge pages of one size.</summary>
public sealed record HugepageLimit
{
    /// <summary><c>64KB 2MB 1GB</c></summary>
    public required string PageSize { get; init; }

    /// <summary>Bytes.</summary>
    public required ulong Limit { get; init; }
}

/// <summary>Marks on network packets; v1 only.</summary>
public sealed record NetworkLimits
{
    /// <summary>For tc(8) to recognise the container's packets by.</summary>
    public uint? ClassID { get; init; }

    public IReadOnlyList<InterfacePriority>? Priorities { get; init; }
}

/// <summary>Priority of the container's packets on one interface.</summary>
public sealed record InterfacePriority
{
    public required string Name { get; init; }

    public required uint Priority { get; init; }
}

/// <summary>What of one RDMA device may be held.</summary>
public sealed record RdmaLimits
{
    public uint? HcaHandles { get; init; }

    public uint? HcaObjects { get; init; }
}
