using Paas.Contracts.Supervision;
using Paas.Oci;

namespace Paas.Node;

/// <summary>A container as it is wanted: immutable; a change is another container with another id.</summary>
public sealed record ContainerConfig
{
    /// <summary>Unique on this host, now and later: <c>[a-z0-9][a-z0-9._-]{0,62}</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The app it belongs to. Containers of one app share a range of user ids and a log directory.</summary>
    public required string App { get; init; }

    /// <summary>Name within the app, e.g. <c>web.1</c>; becomes the host name, with dashes for dots.</summary>
    public required string Name { get; init; }

    /// <summary>Manifest of the image, in the image store.</summary>
    public required Digest Image { get; init; }

    /// <summary>
    /// Key of an active snapshot to use as the root, which outlives the container: what it changed is then in the snapshot's upper
    /// directory. <see cref="Image"/> is not looked at. Null gives the container a root of its own upon its image.
    /// </summary>
    public string? Snapshot { get; init; }

    /// <summary>Follow the image's entrypoint; empty takes the image's command.</summary>
    public IReadOnlyList<string> Args { get; init; } = [];

    /// <summary>
    /// The process type that <see cref="Args"/> stand for. An image with a launcher (Cloud Native Buildpacks) starts it by its name, with
    /// the environment that is the type's own; any other image by the arguments.
    /// </summary>
    public string? ProcessType { get; init; }

    /// <summary>Added to the image's environment, and stronger than it.</summary>
    public IReadOnlyDictionary<string, string> Env { get; init; } = new Dictionary<string, string>();

    /// <summary>Absolute; null takes the image's, or <c>/</c>.</summary>
    public string? Cwd { get; init; }

    /// <summary><c>user[:group]</c>, names or numbers; null takes the image's, or root of the container.</summary>
    public string? User { get; init; }

    /// <summary>Bounds of the container's cgroup.</summary>
    public ContainerLimits Limits { get; init; } = new();

    /// <summary>Directories and files of the host that the container sees.</summary>
    public IReadOnlyList<BindMount> Mounts { get; init; } = [];

    /// <summary>Directories of memory, counted as the container's.</summary>
    public IReadOnlyList<MemoryMount> MemoryMounts { get; init; } = [];

    /// <summary>True lets set-id programs such as <c>su</c> give rights, as builds expect it; within the container's own bounds all the same.</summary>
    public bool AllowNewPrivileges { get; init; }

    /// <summary>When its supervisor starts it again; not for <see cref="ContainerHost.RunAsync"/>.</summary>
    public RestartPolicy Restart { get; init; } = new(RestartMode.Always);

    /// <summary>Asks the process to end, e.g. <c>SIGTERM</c>.</summary>
    public string StopSignal { get; init; } = "SIGTERM";

    /// <summary>Time between that and SIGKILL, unless a stop says otherwise.</summary>
    public int StopGraceSeconds { get; init; } = 30;

    /// <summary>Facts for whoever adopts the container later; come back in <see cref="ObservedContainer.Labels"/>.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Directory under <c>logs/&lt;app&gt;/</c>; null takes <see cref="Name"/>.</summary>
    public string? LogSource { get; init; }

    /// <summary>The cgroup it is counted in.</summary>
    public ContainerGroup Group { get; init; } = ContainerGroup.Apps;

    /// <summary>True without a network: only loopback.</summary>
    public bool Offline { get; init; }

    /// <summary>True in the host's own network, with its addresses and its loopback. Rights over it are the host's all the same.</summary>
    public bool HostNetwork { get; init; }

    /// <summary>
    /// True when nothing of the root can be changed; <c>/tmp</c> and <c>/run</c> are then of memory, counted as the container's. What
    /// is mounted is as its mount says.
    /// </summary>
    public bool ReadonlyRoot { get; init; }

    /// <summary>The size of a terminal that the process gets for its streams; null gives it pipes. Only for <see cref="ContainerHost.RunAsync"/>.</summary>
    public WindowSize? Terminal { get; init; }
}

/// <summary>Bounds of one container; null leaves a resource unbounded.</summary>
/// <param name="MemoryBytes">Memory, with no swap beyond it.</param>
/// <param name="CpuWeight">Share under contention, 1 to 10000; the kernel's default is 100.</param>
/// <param name="Cpus">CPU time per time, e.g. 0.5.</param>
/// <param name="Pids">Processes and threads.</param>
public sealed record ContainerLimits(long? MemoryBytes = null, int? CpuWeight = null, double? Cpus = null, int? Pids = null);

/// <summary>A directory or file of the host inside the container.</summary>
/// <param name="Source">Absolute path on the host; must exist.</param>
/// <param name="Target">Absolute path in the container; made where it is missing.</param>
/// <param name="ReadOnly">True refuses writes.</param>
/// <param name="IdMapped">
/// True shows owners as they are on disk (0 is the container's root); false shows them as nobody where the container has a user
/// namespace. Ignored where the kernel or the filesystem cannot map ids: there the container has no user namespace.
/// </param>
public sealed record BindMount(string Source, string Target, bool ReadOnly = false, bool IdMapped = true);

/// <summary>An empty directory of memory inside the container.</summary>
/// <param name="Target">Absolute path in the container; made where it is missing.</param>
/// <param name="SizeBytes">Most bytes it holds; null leaves that to the container's memory.</param>
public sealed record MemoryMount(string Target, long? SizeBytes = null);

/// <summary>Parent cgroup of a container, below the node's own.</summary>
public enum ContainerGroup
{
    /// <summary>What serves: instances of apps and <c>paas run</c>.</summary>
    Apps,

    /// <summary>Builds: they give way to apps.</summary>
    Builds,
}
