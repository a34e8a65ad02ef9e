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
    /// <exception cref="ArgumentException">A name or address the kernel cannot take.</exception>
    public static void Create(
        string bridge,
        string hostInterface,
        IPAddress address,
        int prefixLength,
        IPAddress gateway,
        bool isolated,
        int mtu,
        int netnsFd) => throw new NotImplementedException();

    /// <summary>Deletes the pair by the name of its outer end; does nothing when there is none.</summary>
    /// <param name="hostInterface">Name of the outer end.</param>
    public static void Delete(string hostInterface) => throw new NotImplementedException();
}
