using Paas.Linux;
using Paas.Linux.Cgroups;
using Paas.Linux.Launching;
using Paas.Oci.Runtime;
using Paas.Runtime.Hooks;

namespace Paas.Runtime.Containers;

/// <summary>Everything a first process is compiled from.</summary>
internal sealed record InitPlan
{
    public required RuntimeConfig Config { get; init; }

    /// <summary>The bundle's directory.</summary>
    public required string Bundle { get; init; }

    /// <summary>True to change the root with chroot alone.</summary>
    public required bool NoPivot { get; init; }

    public required NamespacePlan Namespaces { get; init; }

    public required PreparedMounts Mounts { get; init; }

    public required ControlGroup Group { get; init; }

    /// <summary>The way into the parts of the group that the process is not born in.</summary>
    public required LegacyEntry Entry { get; init; }

    public required SeccompFilter? Filter { get; init; }

    /// <summary>Where the child reports.</summary>
    public required Pipe Status { get; init; }

    /// <summary>Where the parent says "go on": maps written, its own part done, start.</summary>
    public required Pipe Go { get; init; }

    /// <summary>Fifo to wait for the start at, open for reading and writing; null waits at <see cref="Go"/>.</summary>
    public required int? StartFifo { get; init; }

    /// <summary>What the child sets.</summary>
    public required IReadOnlyList<(int Kind, Native.rlimit64 Limit)> Limits { get; init; }

    /// <summary>Capabilities that can be had at all.</summary>
    public required ulong AvailableCapabilities { get; init; }

    public required bool DieWithParent { get; init; }

    /// <inheritdoc cref="ContainerSpec.TellsOnStandardError"/>
    public required bool TellsOnStandardError { get; init; }

    public required int StandardInput { get; init; }

    public required int StandardOutput { get; init; }

    public required int StandardError { get; init; }

    /// <summary>Where the terminal goes when the process has one.</summary>
    public required TerminalTarget? Terminal { get; init; }

    /// <inheritdoc cref="ContainerSpec.HasProgram"/>
    public required bool HasProgram { get; init; }

    /// <summary>Hooks the child runs, or null.</summary>
    public required ContainerHooks? Hooks { get; init; }

    /// <summary>Name of the session keyring to make, or null.</summary>
    public required string? Keyring { get; init; }

    /// <summary>True when the parent runs hooks, or describes the container to some, once everything is mounted.</summary>
    public bool HasWaypoint => Hooks is not null || Config.Hooks?.Prestart is { Count: > 0 } || Config.Hooks?.CreateRuntime is { Count: > 0 };

    /// <summary>Descriptors from 3 on that the process keeps.</summary>
    public required int PreservedDescriptors { get; init; }
}
