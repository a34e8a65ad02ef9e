using System.Net;

namespace Paas.Linux.Netlink;

/// <summary>
/// The network of one sandbox: a veth pair with one end on a bridge and the other, <c>eth0</c>, in a network namespace.
/// The pair vanishes with the namespace.
/// </summary>
public static class SandboxLink
{
    /// <summary>Name of the interface inside the sandbox.</summary>
    public const string InnerInterface = "eth0";

    /// <summary>
    /// Makes the pair, gives the inner end its address and default route, brings it and <c>lo</c> up, and attaches the outer
    /// end to the bridge. A stale interface named <paramref name="hostInterface"/> is replaced. Takes about 2 ms.
    /// </summary>
    /// <param name="bridge">Name of a bridge in the caller's network namespace.</param>
    /// <param name="hostInterface">Name of the outer end, at most 15 bytes.</param>
    /// <param name="address">IPv4 address of the sandbox.</param>
    /// <param name="prefixLength">Bits of the subnet, 1 to 32.</param>
    /// <param name="gateway">IPv4 address of the default route.</param>
    /// <param name="isolated">True keeps the bridge from passing frames to other isolated ports.</param>
    /// <param name="mtu">MTU of both ends in bytes; 0 leaves the kernel's.</param>
    /// <param name="netnsFd">Open descriptor of the sandbox's network namespace.</param>
    /// <exception cref="ArgumentException">A name, address or MTU the kernel cannot take.</exception>
    /// <exception cref="LinuxException">What the kernel refused; nothing is left of the pair.</exception>
    public static void Create(
        string bridge,
        string hostInterface,
        IPAddress address,
        int prefixLength,
        IPAddress gateway,
        bool isolated,
        int mtu,
        int netnsFd)
    {
        if (mtu is not 0 and (< 68 or > 65535)) throw new ArgumentException($"{mtu} is not an IPv4 MTU: 68 to 65535, or 0");
        using var host = RtNetlink.Open();
        using var sandbox = RtNetlink.OpenIn(netnsFd);
        var master = host.Find(bridge) ?? throw new LinuxException("find bridge", Errno.ENODEV, bridge);
        // Left over when a sandbox's namespace is not quite gone yet, or was leaked: names follow addresses, so it is ours.
        if (host.Find(hostInterface) is { } stale) host.Delete(stale);

        host.CreateVeth(hostInterface, InnerInterface, netnsFd, master, mtu);
        var outer = Require(host, hostInterface);
        try
        {
            ConfigureInner(sandbox, address, prefixLength, gateway);
            host.DisableLinkLocalAddress(outer);
            // Before it is up, so that no frame passes between sandboxes even for a moment.
            if (isolated) host.SetIsolated(outer, true);
            host.SetUp(outer);
        }
        catch
        {
            host.Delete(outer);
            throw;
        }
    }

    /// <summary>Deletes the pair by the name of its outer end; does nothing when there is none.</summary>
    /// <param name="hostInterface">Name of the outer end.</param>
    public static void Delete(string hostInterface)
    {
        using var host = RtNetlink.Open();
        if (host.Find(hostInterface) is { } index) host.Delete(index);
    }

    private static void ConfigureInner(RtNetlink sandbox, IPAddress address, int prefixLength, IPAddress gateway)
    {
        sandbox.SetUp(Require(sandbox, "lo"));
        var inner = Require(sandbox, InnerInterface);
        sandbox.DisableLinkLocalAddress(inner);
        sandbox.AddAddress(inner, address, prefixLength);
        sandbox.SetUp(inner);
        sandbox.SetDefaultRoute(inner, gateway);
    }

    private static int Require(RtNetlink netlink, string name) =>
        netlink.Find(name) ?? throw new LinuxException("find interface", Errno.ENODEV, name);
}
