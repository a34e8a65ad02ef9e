using Microsoft.Win32.SafeHandles;
using Paas.Oci.Runtime;

namespace Paas.Runtime.Containers;

/// <summary>A mount of the bundle and what the parent prepared for it.</summary>
internal sealed record PreparedMount
{
    public required MountConfig Config { get; init; }

    /// <summary>Its options, sorted.</summary>
    public required MountOptions Options { get; init; }

    /// <summary>Clean, absolute, inside the container.</summary>
    public required string Destination { get; init; }

    /// <summary>What to mount, attached nowhere: a bind mount's source, a tmpfs with its copy. Null where the child makes it.</summary>
    public SafeFileHandle? Source { get; init; }

    /// <summary>True where a directory or file that was there before is mounted, of the host's or of the container's own; false for a new filesystem.</summary>
    public bool ShowsWhatIsThere => Source is not null || HostSource is not null || InnerSource is not null;

    /// <summary>Whether a directory or a file is mounted.</summary>
    public bool IsDirectory { get; init; } = true;

    /// <summary>Where to make a missing place, when links that lead nowhere are on the way; else <see cref="Destination"/>.</summary>
    public string MissingPlace { get; init; } = "";

    /// <summary>
    /// Path on the host of a bind mount's source, where the child clones it itself: kernels since 6.8 list mounts in the order they were
    /// made in, not attached, and config.json's order is to be seen (config.md, Mounts).
    /// </summary>
    public string? HostSource { get; init; }

    /// <summary>What the parent saw at <see cref="HostSource"/>, to look up in what later mounts will cover.</summary>
    public SafeFileHandle? Seen { get; init; }

    /// <summary>A bind mount's source among the container's own mounts, which only the child can open; clean and absolute there.</summary>
    public string? InnerSource { get; init; }

    /// <summary>User namespace that <see cref="InnerSource"/>'s ids are mapped with, or null.</summary>
    public SafeFileHandle? IdMap { get; init; }

    /// <summary>What becomes of <see cref="InnerSource"/>'s attributes.</summary>
    public AttributeChange BindAttributes { get; init; }

    /// <summary>Text of a symbolic link to make instead of a mount.</summary>
    public string? LinkText { get; init; }

    /// <summary>Options besides those of the bundle: the mode of the directory a tmpfs covers.</summary>
    public IReadOnlyList<(string Key, string? Value)> MoreOptions { get; init; } = [];

    /// <summary>
    /// The host's sysfs without what is mounted in it, for a user namespace that may not mount its own; null where none is needed, or the
    /// caller may not have it.
    /// </summary>
    public SafeFileHandle? HostInstead { get; init; }

    /// <summary>Clones of control groups' directories, for a container without their namespace.</summary>
    public CgroupClones? Groups { get; init; }
}
