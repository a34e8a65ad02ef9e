namespace Paas.Oci.Runtime;

/// <summary>What is Linux's own (config-linux.md).</summary>
public sealed record LinuxConfig
{
    public IReadOnlyList<NamespaceConfig>? Namespaces { get; init; }

    public IReadOnlyList<IdMapping>? UidMappings { get; init; }

    public IReadOnlyList<IdMapping>? GidMappings { get; init; }

    /// <summary>Clock offsets of a new time namespace: <c>monotonic</c>, <c>boottime</c>.</summary>
    public IReadOnlyDictionary<string, TimeOffset>? TimeOffsets { get; init; }

    /// <summary>Device nodes besides the default ones.</summary>
    public IReadOnlyList<DeviceConfig>? Devices { get; init; }

    /// <summary>Network interfaces of the runtime's that become the container's, by their names (config-linux.md, Network Devices).</summary>
    public IReadOnlyDictionary<string, NetDeviceConfig>? NetDevices { get; init; }

    /// <summary>Below the hierarchies' roots when absolute.</summary>
    public string? CgroupsPath { get; init; }

    public ResourcesConfig? Resources { get; init; }

    /// <summary><c>private rprivate slave rslave shared rshared unbindable runbindable</c></summary>
    public string? RootfsPropagation { get; init; }

    public SeccompConfig? Seccomp { get; init; }

    public IReadOnlyDictionary<string, string>? Sysctl { get; init; }

    public IReadOnlyList<string>? MaskedPaths { get; init; }

    public IReadOnlyList<string>? ReadonlyPaths { get; init; }

    public string? MountLabel { get; init; }

    public PersonalityConfig? Personality { get; init; }

    public MemoryPolicyConfig? MemoryPolicy { get; init; }

    /// <summary>Intel's resource director. Present when the document has it, whatever is in it.</summary>
    public IntelRdtConfig? IntelRdt { get; init; }
}

/// <summary>A network interface that the container takes over.</summary>
public sealed record NetDeviceConfig
{
    /// <summary>In the container; null keeps it.</summary>
    public string? Name { get; init; }
}

/// <summary>An execution domain (personality(2)).</summary>
public sealed record PersonalityConfig
{
    /// <summary><c>LINUX LINUX32</c></summary>
    public required string Domain { get; init; }

    public IReadOnlyList<string>? Flags { get; init; }
}

/// <summary>From which nodes memory is taken (config-linux.md, Memory policy; set_mempolicy(2)).</summary>
public sealed record MemoryPolicyConfig
{
    /// <summary><c>MPOL_DEFAULT MPOL_BIND MPOL_INTERLEAVE …</c></summary>
    public string? Mode { get; init; }

    /// <summary>A list such as <c>0-3,7</c>.</summary>
    public string? Nodes { get; init; }

    /// <summary><c>MPOL_F_NUMA_BALANCING MPOL_F_RELATIVE_NODES MPOL_F_STATIC_NODES</c></summary>
    public IReadOnlyList<string>? Flags { get; init; }
}

/// <summary>Cache and memory bandwidth of a group (config-linux.md, IntelRdt).</summary>
public sealed record IntelRdtConfig
{
    public string? ClosID { get; init; }
}

/// <summary>A namespace to make, or with a path to join.</summary>
public sealed record NamespaceConfig
{
    /// <summary><c>pid network mount ipc uts user cgroup time</c></summary>
    public required string Type { get; init; }

    public string? Path { get; init; }
}

/// <summary>A clock's offset.</summary>
public sealed record TimeOffset
{
    public long Secs { get; init; }

    public uint Nanosecs { get; init; }
}

/// <summary>A device node in the container.</summary>
public sealed record DeviceConfig
{
    /// <summary><c>c u b p</c></summary>
    public required string Type { get; init; }

    public required string Path { get; init; }

    public long Major { get; init; }

    public long Minor { get; init; }

    /// <summary>Permission bits as a number, e.g. 438 (0666).</summary>
    public uint? FileMode { get; init; }

    public uint? Uid { get; init; }

    public uint? Gid { get; init; }
}

/// <summary>A filter of system calls.</summary>
public sealed record SeccompConfig
{
    /// <summary>E.g. <c>SCMP_ACT_ERRNO</c>; empty together with no <see cref="Syscalls"/> for no filter at all.</summary>
    public required string DefaultAction { get; init; }

    /// <summary>Error number of a default action that returns one; EPERM when absent.</summary>
    public uint? DefaultErrnoRet { get; init; }

    public IReadOnlyList<string>? Architectures { get; init; }

    public IReadOnlyList<string>? Flags { get; init; }

    /// <summary>Unix socket of the agent that decides on calls with <c>SCMP_ACT_NOTIFY</c>.</summary>
    public string? ListenerPath { get; init; }

    /// <summary>Told to the agent as it is.</summary>
    public string? ListenerMetadata { get; init; }

    public IReadOnlyList<SeccompRule>? Syscalls { get; init; }
}

/// <summary>One rule of a filter.</summary>
public sealed record SeccompRule
{
    public required IReadOnlyList<string> Names { get; init; }

    public required string Action { get; init; }

    public uint? ErrnoRet { get; init; }

    /// <summary>All must hold for the rule to apply.</summary>
    public IReadOnlyList<SeccompArgument>? Args { get; init; }
}

/// <summary>A comparison of one argument of the system call.</summary>
public sealed record SeccompArgument
{
    /// <summary>0 to 5.</summary>
    public required uint Index { get; init; }

    public required ulong Value { get; init; }

    /// <summary>For <c>SCMP_CMP_MASKED_EQ</c>: what the argument under the mask <see cref="Value"/> must equal.</summary>
    public ulong? ValueTwo { get; init; }

    /// <summary>E.g. <c>SCMP_CMP_EQ</c>.</summary>
    public required string Op { get; init; }
}
