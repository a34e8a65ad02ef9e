using Paas.Oci.Runtime;
using Paas.Runtime.State;

namespace Paas.Runtime.Containers;

/// <summary>A further process for a running container.</summary>
internal sealed record ExecSpec
{
    public required KnownContainer Container { get; init; }

    /// <summary>The container's own configuration.</summary>
    public required RuntimeConfig Config { get; init; }

    /// <summary>The process.</summary>
    public required ProcessConfig Process { get; init; }

    /// <summary>Descriptors that become the process's 0, 1 and 2 when it has no terminal; they stay open in this process.</summary>
    public int StandardInput { get; init; }

    /// <inheritdoc cref="StandardInput"/>
    public int StandardOutput { get; init; } = 1;

    /// <inheritdoc cref="StandardInput"/>
    public int StandardError { get; init; } = 2;

    /// <summary>Where the process's terminal goes; there must be one when it has one, and none otherwise.</summary>
    public TerminalTarget? Terminal { get; init; }

    /// <summary>True lets the process outlive this one; otherwise it is killed with it, and gets the signals this one gets.</summary>
    public bool Detach { get; init; }

    /// <summary>False leaves forwarding of signals to the caller.</summary>
    public bool ForwardSignals { get; init; } = true;

    /// <summary>How many descriptors from 3 on the process keeps.</summary>
    public int PreservedDescriptors { get; init; }

    /// <summary>Groups below the container's own to run in, by v1's controller; the empty name means all of them.</summary>
    public IReadOnlyDictionary<string, string> Subgroups { get; init; } = new Dictionary<string, string>();
}
