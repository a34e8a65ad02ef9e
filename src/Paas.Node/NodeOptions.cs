using System.Text;
using System.Text.RegularExpressions;
using Paas.Node.Network;

namespace Paas.Node;

/// <summary>What the node needs to know of its host; checked by <see cref="Validate"/> at start.</summary>
public sealed partial record NodeOptions
{
    // sun_path of unix(7), without its terminating zero.
    private const int LongestSocketPath = 107;

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

    /// <summary>What builds get of the processors.</summary>
    public BuildPriority BuildPriority { get; init; }

    /// <summary>Ports of the host's router that containers may reach.</summary>
    public IReadOnlyList<int> RouterPorts { get; init; } = [80, 443];

    /// <summary>MTU of the sandboxes' interfaces in bytes; 0 takes that of the interface with the default route.</summary>
    public int Mtu { get; init; }

    /// <summary>Throws <see cref="ArgumentException"/> with every fault at once.</summary>
    public void Validate()
    {
        var faults = new List<string>();
        RequireAbsolute(faults, nameof(DataDirectory), DataDirectory);
        RequireAbsolute(faults, nameof(RunDirectory), RunDirectory);
        RequireAbsolute(faults, nameof(RuntimePath), RuntimePath);
        RequireAbsolute(faults, nameof(CgroupParent), CgroupParent);
        if (CgroupParent.Split('/').Any(part => part is "." or "..") || CgroupParent.Trim('/').Length == 0)
        {
            faults.Add($"{nameof(CgroupParent)} \"{CgroupParent}\" must name a cgroup below the root");
        }

        // The longest socket is that of the longest id.
        var socket = Encoding.UTF8.GetByteCount(new NodePaths(this).Socket(new string('x', ContainerIds.Longest)));
        if (socket > LongestSocketPath) faults.Add($"{nameof(RunDirectory)} is too long by {socket - LongestSocketPath} bytes");
        if (!BridgeName().IsMatch(Bridge)) faults.Add($"{nameof(Bridge)} \"{Bridge}\" must be 1 to 15 letters, digits, dots, dashes or underscores");
        if (!Ipv4Subnet.TryParse(Subnet, out _)) faults.Add($"{nameof(Subnet)} \"{Subnet}\" must be an IPv4 subnet of /8 to /29, such as 10.213.0.0/16");
        faults.AddRange(RouterPorts.Where(port => port is < 1 or > 65535).Select(port => $"{nameof(RouterPorts)}: {port} is not a port"));
        if (Mtu is not 0 and (< 576 or > 65535)) faults.Add($"{nameof(Mtu)} {Mtu} must be 576 to 65535, or 0");
        if (faults.Count > 0) throw new ArgumentException(string.Join("; ", faults));
    }

    private static void RequireAbsolute(List<string> faults, string name, string path)
    {
        if (!Path.IsPathFullyQualified(path)) faults.Add($"{name} \"{path}\" must be an absolute path");
    }

    // Narrower than the kernel's rule, so that the name can stand in every rule and file unquoted.
    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]{0,14}$")]
    private static partial Regex BridgeName();
}

/// <summary>What builds get of the processors where others want them too.</summary>
public enum BuildPriority
{
    /// <summary>What nobody else wants, and now and then a turn.</summary>
    Idle,

    /// <summary>As much as all apps together.</summary>
    Normal,
}
