using Microsoft.Win32.SafeHandles;
using Paas.Linux;
using Paas.Linux.Netlink;
using Paas.Oci.Runtime;

namespace Paas.Runtime.Containers;

/// <summary>Which namespaces a process makes and which it joins.</summary>
internal sealed class NamespacePlan : IDisposable
{
    private readonly Dictionary<NamespaceKind, SafeFileHandle> _joined = [];
    private readonly List<SafeFileHandle> _borrowed = [];
    private NetworkCreation? _network;

    private NamespacePlan()
    {
    }

    /// <summary>Namespaces to make.</summary>
    public NamespaceKind New { get; private set; }

    /// <summary>Namespaces to join, held open; one that is still being made is among them after <see cref="AwaitNetwork"/>.</summary>
    public IReadOnlyDictionary<NamespaceKind, SafeFileHandle> Joined => _joined;

    /// <summary>
    /// Whether a first process prepares and a second one, forked by it, goes on: a user namespace that is joined must own what is
    /// made next, and clock offsets are set before anyone is in their namespace.
    /// </summary>
    public bool HasSuccessor => Makes(NamespaceKind.Time) || _joined.ContainsKey(NamespaceKind.User);

    /// <summary>Made when the (first) process is forked: all but those that want a step of their own.</summary>
    public NamespaceKind Cloned => HasSuccessor ? New & NamespaceKind.User : New & ~NamespaceKind.ControlGroup;

    /// <summary>Made when the second process is forked.</summary>
    public NamespaceKind ClonedBySuccessor => HasSuccessor ? New & ~(NamespaceKind.ControlGroup | NamespaceKind.Time | NamespaceKind.User) : 0;

    public bool Makes(NamespaceKind kind) => (New & kind) != 0;

    /// <summary>True where the process gets its own, made or joined.</summary>
    public bool Has(NamespaceKind kind) => Makes(kind) || _joined.ContainsKey(kind) || (kind == NamespaceKind.Network && _network is not null);

    /// <summary>True where the one to join is the caller's own, which is no container's: others are in it.</summary>
    public bool JoinsCurrent(NamespaceKind kind) => _joined.TryGetValue(kind, out var handle) && Namespaces.IsCurrent(handle, kind);

    /// <summary>
    /// True where a new network namespace may be made before the process that joins it, and beside other work: it is to be owned by
    /// no other user namespace, nothing is written into it first, and there is a second processor to make it on.
    /// </summary>
    public static bool MayMakeNetworkBeside(LinuxConfig? linux)
    {
        if (linux?.Namespaces is null || linux.NetDevices is { Count: > 0 } || linux.Sysctl is { Count: > 0 } || Environment.ProcessorCount == 1) return false;
        var makes = false;
        foreach (var item in linux.Namespaces)
        {
            if (item.Type is "user" or "time") return false;
            makes |= item.Type == "network" && string.IsNullOrEmpty(item.Path);
        }

        return makes;
    }

    /// <summary>As config.json says, with the network namespace replaced when the caller holds one, or has one made.</summary>
    /// <exception cref="RuntimeException">A combination this runtime does not do.</exception>
    public static NamespacePlan From(LinuxConfig? linux, SafeFileHandle? network, NetworkCreation? coming)
    {
        var plan = new NamespacePlan();
        try
        {
            foreach (var item in linux?.Namespaces ?? []) plan.Add(item);
            if (network is not null) plan.UseNetwork(network);
            else if (coming is not null) plan.LeaveNetworkTo(coming);
            plan.Check(linux);
            return plan;
        }
        catch
        {
            plan.Dispose();
            throw;
        }
    }

    private void Add(NamespaceConfig config)
    {
        var kind = config.Type switch
        {
            "pid" => NamespaceKind.Process,
            "network" => NamespaceKind.Network,
            "mount" => NamespaceKind.Mount,
            "ipc" => NamespaceKind.Ipc,
            "uts" => NamespaceKind.HostName,
            "user" => NamespaceKind.User,
            "cgroup" => NamespaceKind.ControlGroup,
            "time" => NamespaceKind.Time,
            _ => throw new RuntimeException($"unknown namespace type {config.Type}"),
        };
        if (Has(kind)) throw new RuntimeException($"the namespace {config.Type} is listed twice");
        if (string.IsNullOrEmpty(config.Path)) New |= kind;
        else _joined[kind] = Open(config.Type, config.Path, kind);
    }

    private static SafeFileHandle Open(string type, string path, NamespaceKind kind)
    {
        try
        {
            var handle = Namespaces.Open(path);
            if (Namespaces.KindOf(handle) == kind) return handle;
            handle.Dispose();
        }
        catch (LinuxException e)
        {
            throw new RuntimeException($"cannot join the {type} namespace {path}: {e.Message}", e);
        }

        throw new RuntimeException($"cannot join the {type} namespace {path}: it is no namespace of that type");
    }

    private void UseNetwork(SafeFileHandle network)
    {
        New &= ~NamespaceKind.Network;
        if (_joined.Remove(NamespaceKind.Network, out var configured)) configured.Dispose();
        _joined[NamespaceKind.Network] = network;
        _borrowed.Add(network);
    }

    private void LeaveNetworkTo(NetworkCreation coming)
    {
        New &= ~NamespaceKind.Network;
        _network = coming;
    }

    /// <summary>Waits for a network namespace that is being made.</summary>
    /// <exception cref="LinuxException">The kernel refuses it.</exception>
    public void AwaitNetwork()
    {
        if (_network is { } coming) _joined[NamespaceKind.Network] = coming.Take();
    }

    /// <summary>Waits until what is in it works too.</summary>
    /// <exception cref="LinuxException">The kernel refuses it.</exception>
    public void AwaitInterfaces() => _network?.Finish();

    private void Check(LinuxConfig? linux)
    {
        if (Has(NamespaceKind.User) && !Has(NamespaceKind.Mount)) throw new RuntimeException("a container with a user namespace needs a mount namespace of its own");
        if (Makes(NamespaceKind.User) && (linux?.UidMappings is null or [] || linux.GidMappings is null or []))
        {
            throw new RuntimeException("a new user namespace needs uidMappings and gidMappings");
        }

        if (!Has(NamespaceKind.User) && linux?.UidMappings is { Count: > 0 })
        {
            throw new RuntimeException("user namespace mappings specified, but user namespace isn't enabled in the config");
        }

        if (linux?.TimeOffsets is { Count: > 0 } && !Makes(NamespaceKind.Time))
        {
            throw new RuntimeException("time namespace offsets specified, but time namespace isn't enabled in the config");
        }
    }

    public void Dispose()
    {
        foreach (var handle in _joined.Values)
        {
            if (!_borrowed.Contains(handle)) handle.Dispose();
        }

        _joined.Clear();
    }
}
