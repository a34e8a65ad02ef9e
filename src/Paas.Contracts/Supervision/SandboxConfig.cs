namespace Paas.Contracts.Supervision;

/// <summary>
/// What surrounds a container and is not in the OCI runtime spec: its overlay root and its network. Given to
/// <c>paas-runtime run --sandbox FILE</c>, or inside a <see cref="SupervisorConfig"/>. Nothing of it is mounted on the host: the
/// overlay is a detached mount attached only inside the container's mount namespace, the network namespace is held open by
/// the process that made it, so the kernel takes both away with that process.
/// </summary>
/// <param name="Rootfs">The overlay to use as the root; null uses <c>root.path</c> of config.json as it is.</param>
/// <param name="Network">The network to set up; null leaves what config.json says.</param>
public sealed record SandboxConfig(RootfsMount? Rootfs, SandboxNetwork? Network);

/// <summary>An overlay mount, as the Snapshotter describes it.</summary>
/// <param name="LowerDirectories">Absolute, uppermost layer first; at least one.</param>
/// <param name="UpperDirectory">Absolute; null mounts read-only.</param>
/// <param name="WorkDirectory">Absolute, empty, on the same filesystem as the upper one; null when that is null.</param>
/// <param name="IdMapped">
/// True maps lower and upper directories into the container's user namespace (files on disk keep the ids they have in the
/// image); false where the kernel or filesystem cannot.
/// </param>
public sealed record RootfsMount(
    IReadOnlyList<string> LowerDirectories,
    string? UpperDirectory,
    string? WorkDirectory,
    bool IdMapped);

/// <summary>One network interface with one IPv4 address, on a bridge that exists already.</summary>
/// <param name="Bridge">Name of the bridge on the host.</param>
/// <param name="HostInterface">Name of the host's end of the veth pair, at most 15 bytes.</param>
/// <param name="Address">IPv4 address of the sandbox.</param>
/// <param name="PrefixLength">Bits of the subnet, e.g. 16.</param>
/// <param name="Gateway">IPv4 address of the default route.</param>
/// <param name="Isolated">True keeps the bridge from passing frames to other isolated ports.</param>
/// <param name="Mtu">MTU of both ends; 0 leaves the kernel's.</param>
public sealed record SandboxNetwork(
    string Bridge,
    string HostInterface,
    string Address,
    int PrefixLength,
    string Gateway,
    bool Isolated = true,
    int Mtu = 0);
