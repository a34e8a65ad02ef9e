using Paas.Linux;
using Paas.Linux.Netlink;
using Paas.Oci.Runtime;

namespace Paas.Runtime.Containers;

/// <summary>Interfaces of this network namespace that a container takes over (config-linux.md, Network Devices).</summary>
internal static class NetworkDevices
{
    /// <exception cref="RuntimeException">What cannot be, before anything is made; in runc's words where it has them.</exception>
    public static void Check(LinuxConfig linux)
    {
        if (linux.NetDevices is not { Count: > 0 } devices) return;
        if (linux.Namespaces?.Any(item => item.Type == "network") != true)
        {
            throw new RuntimeException("unable to move network devices without a private NET namespace");
        }

        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, device) in devices)
        {
            var inside = NameInside(name, device);
            if (!RtNetlink.IsName(name)) throw new RuntimeException($"invalid network device name \"{name}\"");
            if (!RtNetlink.IsName(inside)) throw new RuntimeException($"invalid network device name \"{inside}\"");
            if (!taken.Add(inside)) throw new RuntimeException($"two network devices would be named {inside}");
        }
    }

    /// <exception cref="RuntimeException">The namespace to join is the one that they are in.</exception>
    public static void Check(LinuxConfig? linux, NamespacePlan namespaces)
    {
        if (linux?.NetDevices is { Count: > 0 } && namespaces.JoinsCurrent(NamespaceKind.Network))
            throw new RuntimeException("unable to move network devices without a private NET namespace");
    }

    /// <summary>Moves them with their addresses, and brings up what was up.</summary>
    /// <param name="devices">By their names here.</param>
    /// <param name="netnsFd">Open descriptor of the container's network namespace.</param>
    /// <exception cref="RuntimeException">There is none of that name, or one in the container already.</exception>
    /// <exception cref="LinuxException">What the kernel refused.</exception>
    public static void Move(IReadOnlyDictionary<string, NetDeviceConfig> devices, int netnsFd)
    {
        using var here = RtNetlink.Open();
        using var there = RtNetlink.OpenIn(netnsFd);
        foreach (var (name, device) in devices)
        {
            var inside = NameInside(name, device);
            var link = here.Get(name) ?? throw new RuntimeException($"there is no network device {name}");
            if (there.Find(inside) is not null) throw new RuntimeException($"the network namespace of the container has a network device {inside} already");
            var addresses = here.PermanentAddresses(link.Index);
            here.Move(link.Index, netnsFd, inside);
            var index = there.Find(inside) ?? throw new LinuxException("find interface", Errno.ENODEV, inside);
            foreach (var address in addresses) there.AddAddress(index, address);
            if (link.Up) there.SetUp(index);
        }
    }

    private static string NameInside(string name, NetDeviceConfig device) => string.IsNullOrEmpty(device.Name) ? name : device.Name;
}
