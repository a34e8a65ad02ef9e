namespace Paas.Linux.Cgroups;

/// <summary>Limits of a control group, in the units of cgroup v1 where the versions differ; null leaves the kernel's default.</summary>
public sealed record CgroupLimits
{
    /// <summary>Bytes; -1 for no limit.</summary>
    public long? Memory { get; init; }

    /// <summary>Bytes of memory and swap together; -1 for no limit.</summary>
    public long? MemoryAndSwap { get; init; }

    /// <summary>Bytes kept under pressure from outside (v2: memory.low) or aimed at (v1: soft limit).</summary>
    public long? MemoryReservation { get; init; }

    /// <summary>Relative weight: 2 to 262144, usual 1024.</summary>
    public ulong? CpuShares { get; init; }

    /// <summary>Microseconds per period; -1 for no limit.</summary>
    public long? CpuQuota { get; init; }

    /// <summary>Microseconds.</summary>
    public ulong? CpuPeriod { get; init; }

    public string? Cpus { get; init; }

    public string? MemoryNodes { get; init; }

    /// <summary>Processes and threads; 0 or less for no limit.</summary>
    public long? Pids { get; init; }

    /// <summary>In order; the last one that fits decides; what none fits is refused. Null leaves devices alone.</summary>
    public IReadOnlyList<DeviceAccess>? Devices { get; init; }

    /// <summary>Files of the unified hierarchy, written as they are.</summary>
    public IReadOnlyDictionary<string, string>? UnifiedFiles { get; init; }
}

/// <summary>A rule about device nodes.</summary>
/// <param name="Allow">Or refuse.</param>
/// <param name="Type"><c>c</c>, <c>b</c>, or <c>a</c> for both.</param>
/// <param name="Major">Null for all.</param>
/// <param name="Minor">Null for all.</param>
/// <param name="Access">Any of <c>rwm</c>.</param>
public readonly record struct DeviceAccess(bool Allow, char Type, long? Major, long? Minor, string Access);
