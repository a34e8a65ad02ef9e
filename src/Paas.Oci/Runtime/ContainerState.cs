namespace Paas.Oci.Runtime;

/// <summary>What <c>state ID</c> prints (runtime-spec, runtime.md, State).</summary>
public sealed record ContainerState
{
    public required string OciVersion { get; init; }

    public required string Id { get; init; }

    /// <summary><c>creating created running paused stopped</c></summary>
    public required string Status { get; init; }

    /// <summary>Pid of the first process on the host; 0 once it has ended.</summary>
    public required int Pid { get; init; }

    /// <summary>Absolute path of the bundle.</summary>
    public required string Bundle { get; init; }

    /// <summary>Absolute path of the root filesystem on the host (not in the specification; runc prints it).</summary>
    public string? Rootfs { get; init; }

    /// <summary>When it was created, RFC 3339 (not in the specification; runc prints it).</summary>
    public DateTimeOffset? Created { get; init; }

    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>Name of the user who created it (not in the specification; runc prints it).</summary>
    public string? Owner { get; init; }
}
