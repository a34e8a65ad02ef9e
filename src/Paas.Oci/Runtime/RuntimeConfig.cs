namespace Paas.Oci.Runtime;

/// <summary>
/// A bundle's <c>config.json</c> (OCI runtime-spec 1.2, config.md and config-linux.md): what the runtime makes a container of.
/// Members it does not know are ignored, as the specification wants.
/// </summary>
public sealed record RuntimeConfig
{
    /// <summary>Version of the specification the document follows, e.g. <c>1.2.0</c>.</summary>
    public required string OciVersion { get; init; }

    public RootConfig? Root { get; init; }

    /// <summary>What runs; may be absent for a container that is only created.</summary>
    public ProcessConfig? Process { get; init; }

    /// <summary>Host name; needs a UTS namespace of its own.</summary>
    public string? Hostname { get; init; }

    /// <summary>NIS domain name; needs a UTS namespace of its own.</summary>
    public string? Domainname { get; init; }

    /// <summary>Mounted in this order.</summary>
    public IReadOnlyList<MountConfig>? Mounts { get; init; }

    public HooksConfig? Hooks { get; init; }

    public LinuxConfig? Linux { get; init; }

    /// <summary>Facts for others; no meaning to the runtime.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }
}

/// <summary>The root filesystem.</summary>
public sealed record RootConfig
{
    /// <summary>Absolute, or relative to the bundle.</summary>
    public required string Path { get; init; }

    public bool Readonly { get; init; }
}

/// <summary>One mount.</summary>
public sealed record MountConfig
{
    /// <summary>Absolute path inside the container.</summary>
    public required string Destination { get; init; }

    /// <summary>Type of filesystem, e.g. <c>proc</c>; <c>bind</c> or nothing for a bind mount.</summary>
    public string? Type { get; init; }

    /// <summary>Device, or for a bind mount the path on the host (absolute, or relative to the bundle).</summary>
    public string? Source { get; init; }

    /// <summary>As of mount(8): <c>bind rbind ro nosuid …</c>, propagation, and the filesystem's own.</summary>
    public IReadOnlyList<string>? Options { get; init; }

    /// <summary>Ids of the files' owners mapped for this mount; needs <see cref="GidMappings"/> too.</summary>
    public IReadOnlyList<IdMapping>? UidMappings { get; init; }

    /// <inheritdoc cref="UidMappings"/>
    public IReadOnlyList<IdMapping>? GidMappings { get; init; }
}

/// <summary>A range of ids inside a user namespace (or of files, for an id-mapped mount) and what it is on the host.</summary>
public sealed record IdMapping
{
    /// <summary>First id inside.</summary>
    public required uint ContainerID { get; init; }

    /// <summary>First id on the host.</summary>
    public required uint HostID { get; init; }

    /// <summary>How many.</summary>
    public required uint Size { get; init; }
}

/// <summary>Programs run at moments of a container's life.</summary>
public sealed record HooksConfig
{
    public IReadOnlyList<HookConfig>? Prestart { get; init; }

    public IReadOnlyList<HookConfig>? CreateRuntime { get; init; }

    public IReadOnlyList<HookConfig>? CreateContainer { get; init; }

    public IReadOnlyList<HookConfig>? StartContainer { get; init; }

    public IReadOnlyList<HookConfig>? Poststart { get; init; }

    public IReadOnlyList<HookConfig>? Poststop { get; init; }
}

/// <summary>One hook.</summary>
public sealed record HookConfig
{
    public required string Path { get; init; }

    public IReadOnlyList<string>? Args { get; init; }

    public IReadOnlyList<string>? Env { get; init; }

    /// <summary>Seconds; null waits for ever.</summary>
    public int? Timeout { get; init; }
}
