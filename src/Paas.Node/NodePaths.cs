namespace Paas.Node;

/// <summary>Where everything of the node is.</summary>
internal sealed class NodePaths(NodeOptions options)
{
    public string Containers { get; } = Path.Combine(options.DataDirectory, "containers");

    /// <summary>State of the node itself: user ranges, remembered settings of the host.</summary>
    public string Node { get; } = Path.Combine(options.DataDirectory, "node");

    public string Sockets { get; } = Path.Combine(options.RunDirectory, "c");

    /// <summary>The runtime's <c>--root</c>.</summary>
    public string RuntimeRoot { get; } = Path.Combine(options.RunDirectory, "runtime");

    public string Socket(string id) => Path.Combine(Sockets, id + ".sock");

    /// <summary>Where a one-shot's terminal is handed over.</summary>
    public string ConsoleSocket(string id) => Path.Combine(Sockets, id + ".tty");

    public string Logs(string app, string source) => Path.Combine(options.DataDirectory, "logs", app, source);

    /// <summary>The cgroup of all containers of a group, relative to the root of each hierarchy.</summary>
    public string Cgroup(ContainerGroup group) => group == ContainerGroup.Builds ? BuildsCgroup : $"{Parent}/apps";

    /// <summary>The container's cgroup, relative to the root of each hierarchy.</summary>
    public string Cgroup(ContainerGroup group, string id) => $"{Cgroup(group)}/{id}";

    /// <summary>The supervisors' cgroup.</summary>
    public string SupervisorsCgroup => $"{Parent}/supervisors";

    /// <summary>Parents of the containers' cgroups, and the supervisors' own.</summary>
    public IReadOnlyList<string> CgroupGroups() => [$"{Parent}/apps", SupervisorsCgroup, BuildsCgroup];

    /// <summary>Where builds were before they had a group of their own beside the apps' parent.</summary>
    public string EarlierBuildsCgroup => $"{Parent}/builds";

    private string Parent => options.CgroupParent.TrimEnd('/');

    // A group counts only among its siblings: below the apps' parent a build would weigh as much as the apps against the router.
    // A name that ends in .slice is systemd's and keeps its ending; it would take a hyphen for a level of its own.
    private string BuildsCgroup => Parent.EndsWith(".slice", StringComparison.Ordinal)
        ? $"{Parent[..^".slice".Length]}_builds.slice"
        : $"{Parent}_builds";

    public ContainerDirectory Container(string id) => new(Path.Combine(Containers, id));
}

/// <summary>
/// <c>containers/&lt;id&gt;/</c>: the bundle and all that is known of one container. Two files say what it is:
/// <c>supervise.json</c> is written last before its supervisor is started; a one-shot has <c>sandbox.json</c> alone; a directory
/// with neither was never finished.
/// </summary>
/// <param name="Path">Absolute path.</param>
internal readonly record struct ContainerDirectory(string Path)
{
    public string Id => System.IO.Path.GetFileName(Path);

    public string Config => System.IO.Path.Combine(Path, "config.json");

    public string Supervise => System.IO.Path.Combine(Path, "supervise.json");

    public string Sandbox => System.IO.Path.Combine(Path, "sandbox.json");

    public string State => System.IO.Path.Combine(Path, "state.json");

    /// <summary>Where the runtime writes why it could not make the container.</summary>
    public string RuntimeLog => System.IO.Path.Combine(Path, "runtime.log");

    /// <summary>The pid of a one-shot's process; written when it is about to begin.</summary>
    public string PidFile => System.IO.Path.Combine(Path, "pid");

    /// <summary>The generated files of <c>/etc</c>.</summary>
    public string Etc => System.IO.Path.Combine(Path, "etc");
}
