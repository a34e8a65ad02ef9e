using Microsoft.Win32.SafeHandles;
using Paas.Contracts.Supervision;
using Paas.Oci.Runtime;
using Paas.Runtime.CommandLine;

namespace Paas.Runtime.Containers;

/// <summary>What a container is to be made of.</summary>
public sealed record ContainerSpec
{
    /// <summary>Unique below the runtime root: letters, digits and <c>_+-.</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Absolute path of the OCI bundle.</summary>
    public required string BundleDirectory { get; init; }

    /// <summary>The bundle's config.json.</summary>
    public required RuntimeConfig Config { get; init; }

    /// <summary>What <see cref="Config"/> was read from, to be kept for later verbs.</summary>
    public required byte[] ConfigDocument { get; init; }

    /// <summary>The runtime's state directory (<c>--root</c>).</summary>
    public required string RuntimeRoot { get; init; }

    /// <summary>Who makes the control group.</summary>
    public CgroupManager CgroupManager { get; init; }

    /// <summary>True does without a control group that this process may not make.</summary>
    public bool Rootless { get; init; }

    /// <summary>Overlay root and network instead of the bundle's own, or null.</summary>
    public SandboxConfig? Sandbox { get; init; }

    /// <summary>
    /// The network namespace to use whatever config.json says, held open by the caller across containers; null makes one when
    /// config.json or <see cref="Sandbox"/> asks for one. With it, <see cref="SandboxConfig.Network"/> is taken as set up already.
    /// </summary>
    public SafeFileHandle? NetworkNamespace { get; init; }

    /// <summary>Descriptors that become the process's 0, 1 and 2; they stay open in this process.</summary>
    public int StandardInput { get; init; }

    /// <inheritdoc cref="StandardInput"/>
    public int StandardOutput { get; init; } = 1;

    /// <inheritdoc cref="StandardInput"/>
    public int StandardError { get; init; } = 2;

    /// <summary>
    /// True kills the container when this process ends, however it ends. (The kernel ties that to the thread that forked, so
    /// from any but the main thread the fork is made by a thread of its own that lives as long as the process.)
    /// </summary>
    public bool DieWithParent { get; init; }

    /// <summary>True lets the first process wait for a <c>start</c> from any process, at a fifo in its state directory.</summary>
    public bool WaitAtFifo { get; init; }

    /// <summary>
    /// True lets a process whose program is there but cannot be executed say so on its own standard error and end with 255, as
    /// those of other runtimes do, since nobody need be waiting when it is started; false makes it a failure of the start.
    /// </summary>
    public bool TellsOnStandardError { get; init; }

    /// <summary>
    /// False for a bundle whose config.json has no process, which may be created but not started (runtime.md): its first process only
    /// waits.
    /// </summary>
    public bool HasProgram { get; init; } = true;

    /// <summary>The configuration mounts <see cref="StateDirectory.NotifyDirectory"/>.</summary>
    public bool SaysReady { get; init; }

    /// <summary>Where the process's terminal goes; there must be one when <c>process.terminal</c> is set, and none otherwise.</summary>
    public TerminalTarget? Terminal { get; init; }

    /// <summary>False leaves the process the session keyring of this one (runc's <c>--no-new-keyring</c>).</summary>
    public bool NewKeyring { get; init; } = true;

    /// <summary>True where the root cannot be changed with pivot_root: on an initramfs.</summary>
    public bool NoPivot { get; init; }

    /// <summary>How many descriptors from 3 on the process keeps.</summary>
    public int PreservedDescriptors { get; init; }
}
