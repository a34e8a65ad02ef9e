namespace Paas.Node;

/// <summary>What the node needs to know of its host; checked by <see cref="Validate"/> at start.</summary>
public sealed record NodeOptions
{
    /// <summary>State that survives: containers, logs, allocations.</summary>
    public string DataDirectory { get; init; } = "/var/lib/paas";

    /// <summary>Sockets and the runtime's state; may vanish with a reboot. Short, since a socket's path has 107 bytes at most.</summary>
    public string RunDirectory { get; init; } = "/run/paas";

    /// <summary>The program <c>paas-runtime</c>.</summary>
    public required string RuntimePath { get; init; }

    /// <summary>Name of the bridge, at most 15 bytes.</summary>
    public string Bridge { get; init; } = "paas0";

    /// <summary>IPv4 subnet of the sandboxes; the bridge takes its first address.</summary>
    public string Subnet { get; init; } = "10.213.0.0/16";

    /// <summary>Parent cgroup, relative to the root of each hierarchy.</summary>
    public string CgroupParent { get; init; } = "/paas";

    /// <summary>Ports of the host's router that containers may reach.</summary>
    public IReadOnlyList<int> RouterPorts { get; init; } = [80, 443];

    /// <summary>MTU of the sandboxes' interfaces in bytes; 0 takes that of the interface with the default route.</summary>
    public int Mtu { get; init; }

    /// <summary>Throws <see cref="ArgumentException"/> with every fault at once.</summary>
    public void Validate() => throw new NotImplementedException();
}
