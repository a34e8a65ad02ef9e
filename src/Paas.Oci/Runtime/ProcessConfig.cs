namespace Paas.Oci.Runtime;

/// <summary>The process of a container (config.md, Process); also the document that <c>exec --process</c> reads.</summary>
public sealed record ProcessConfig
{
    /// <summary>True gives it a pseudo-terminal.</summary>
    public bool Terminal { get; init; }

    public ConsoleSize? ConsoleSize { get; init; }

    public UserConfig? User { get; init; }

    /// <summary>Program and arguments; a program without a slash is searched in the PATH of <see cref="Env"/>.</summary>
    public IReadOnlyList<string>? Args { get; init; }

    /// <summary><c>NAME=value</c>.</summary>
    public IReadOnlyList<string>? Env { get; init; }

    /// <summary>Working directory, absolute.</summary>
    public required string Cwd { get; init; }

    public CapabilitySets? Capabilities { get; init; }

    public IReadOnlyList<ResourceLimit>? Rlimits { get; init; }

    public bool NoNewPrivileges { get; init; }

    /// <summary>-1000 (never killed for memory) to 1000 (killed first).</summary>
    public int? OomScoreAdj { get; init; }

    public string? ApparmorProfile { get; init; }

    public string? SelinuxLabel { get; init; }

    public SchedulerConfig? Scheduler { get; init; }

    public IoPriorityConfig? IoPriority { get; init; }

    /// <summary>Processors of a process that <c>exec</c> starts.</summary>
    public ExecCpuAffinity? ExecCPUAffinity { get; init; }
}

/// <summary>A process's scheduling (sched_setattr(2)).</summary>
public sealed record SchedulerConfig
{
    /// <summary>E.g. <c>SCHED_BATCH</c>.</summary>
    public required string Policy { get; init; }

    /// <summary>-20 (favoured) to 19, of <c>SCHED_OTHER</c> and <c>SCHED_BATCH</c>.</summary>
    public int? Nice { get; init; }

    /// <summary>1 to 99, of the real-time policies.</summary>
    public int? Priority { get; init; }

    /// <summary>E.g. <c>SCHED_FLAG_RESET_ON_FORK</c>.</summary>
    public IReadOnlyList<string>? Flags { get; init; }

    /// <summary>Nanoseconds, of <c>SCHED_DEADLINE</c>.</summary>
    public ulong? Runtime { get; init; }

    /// <inheritdoc cref="Runtime"/>
    public ulong? Deadline { get; init; }

    /// <inheritdoc cref="Runtime"/>
    public ulong? Period { get; init; }
}

/// <summary>A process's priority for block I/O (ioprio_set(2)).</summary>
public sealed record IoPriorityConfig
{
    /// <summary><c>IOPRIO_CLASS_RT IOPRIO_CLASS_BE IOPRIO_CLASS_IDLE</c></summary>
    public required string Class { get; init; }

    /// <summary>0 (favoured) to 7.</summary>
    public int Priority { get; init; }
}

/// <summary>Processors as lists such as <c>0-3,7</c>.</summary>
public sealed record ExecCpuAffinity
{
    /// <summary>While the runtime enters the container.</summary>
    public string? Initial { get; init; }

    /// <summary>From then on.</summary>
    public string? Final { get; init; }
}

/// <summary>Size of a terminal, in characters.</summary>
public sealed record ConsoleSize
{
    public uint Height { get; init; }

    public uint Width { get; init; }
}

/// <summary>Ids as they are inside the container.</summary>
public sealed record UserConfig
{
    public uint Uid { get; init; }

    public uint Gid { get; init; }

    /// <summary>Octal permissions taken away from new files, e.g. 18 (022); null leaves the runtime's.</summary>
    public uint? Umask { get; init; }

    public IReadOnlyList<uint>? AdditionalGids { get; init; }
}

/// <summary>Names such as <c>CAP_CHOWN</c> (capabilities(7)).</summary>
public sealed record CapabilitySets
{
    public IReadOnlyList<string>? Bounding { get; init; }

    public IReadOnlyList<string>? Effective { get; init; }

    public IReadOnlyList<string>? Inheritable { get; init; }

    public IReadOnlyList<string>? Permitted { get; init; }

    public IReadOnlyList<string>? Ambient { get; init; }
}

/// <summary>One resource limit (getrlimit(2)).</summary>
public sealed record ResourceLimit
{
    /// <summary>E.g. <c>RLIMIT_NOFILE</c>.</summary>
    public required string Type { get; init; }

    public required ulong Soft { get; init; }

    /// <summary>All ones for no limit.</summary>
    public required ulong Hard { get; init; }
}
