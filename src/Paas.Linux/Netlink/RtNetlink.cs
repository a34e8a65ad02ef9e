using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Paas.Linux.Netlink;

/// <summary>
/// Interfaces, addresses and routes of one network namespace, by rtnetlink(7). Every method throws <see cref="LinuxException"/>
/// with the kernel's own explanation. Not thread-safe.
/// </summary>
public sealed class RtNetlink : IDisposable
{
    /// <summary>Bytes of the longest interface name (IFNAMSIZ without its zero).</summary>
    public const int LongestName = 15;

    private const int BufferLength = 512;
    private const ushort RequestAck = RtMessage.Request | RtMessage.Ack;

    private readonly NetlinkSocket _socket;

    private RtNetlink(NetlinkSocket socket) => _socket = socket;

    /// <summary>For the network namespace of the calling thread.</summary>
    public static RtNetlink Open() => new(NetlinkSocket.Open());

    /// <summary>For another network namespace.</summary>
    /// <param name="netnsFd">Open descriptor of it; needed only during the call.</param>
    public static RtNetlink OpenIn(int netnsFd) => new(NetlinkSocket.OpenIn(netnsFd));

    /// <summary>Makes a bridge without spanning tree and without IPv6 addresses of its own; it is down.</summary>
    /// <param name="name">At most <see cref="LongestName"/> bytes.</param>
    /// <param name="hardwareAddress">Six bytes. Given so that the bridge does not take that of whichever port comes and goes.</param>
    public void CreateBridge(string name, ReadOnlySpan<byte> hardwareAddress)
    {
        RequireName(name);
        var message = Link(stackalloc byte[BufferLength], RtMessage.NewLink, RtMessage.Create | RtMessage.Exclusive, 0);
        message.Attribute(LinkAttribute.Name, name);
        message.Attribute(LinkAttribute.Address, hardwareAddress);
        var info = message.Begin(LinkAttribute.Info | RtMessage.Nested);
        message.Attribute(LinkAttribute.InfoKind, "bridge");
        var data = message.Begin(LinkAttribute.InfoData | RtMessage.Nested);
        message.Attribute(LinkAttribute.BridgeForwardDelay, 0u);
        message.Attribute(LinkAttribute.BridgeStp, 0u);
        message.End(data);
        message.End(info);
        _socket.Execute(message, "create bridge", name);
    }

    /// <summary>Makes a pair of connected interfaces, both down.</summary>
    /// <param name="name">Of the end in this namespace.</param>
    /// <param name="peerName">Of the other end.</param>
    /// <param name="peerNetnsFd">Open descriptor of the other end's namespace.</param>
    /// <param name="master">Index of the bridge for this end, or 0.</param>
    /// <param name="mtu">Of both, in bytes; 0 leaves the kernel's.</param>
    public void CreateVeth(string name, string peerName, int peerNetnsFd, int master = 0, int mtu = 0)
    {
        RequireName(name);
        RequireName(peerName);
        var message = Link(stackalloc byte[BufferLength], RtMessage.NewLink, RtMessage.Create | RtMessage.Exclusive, 0);
        message.Attribute(LinkAttribute.Name, name);
        if (mtu > 0) message.Attribute(LinkAttribute.Mtu, (uint)mtu);
        if (master > 0) message.Attribute(LinkAttribute.Master, (uint)master);
        var info = message.Begin(LinkAttribute.Info | RtMessage.Nested);
        message.Attribute(LinkAttribute.InfoKind, "veth");
        var data = message.Begin(LinkAttribute.InfoData | RtMessage.Nested);
        var peer = message.Begin(LinkAttribute.VethPeer | RtMessage.Nested);
        message.Header(default(InterfaceMessage));
        message.Attribute(LinkAttribute.Name, peerName);
        if (mtu > 0) message.Attribute(LinkAttribute.Mtu, (uint)mtu);
        message.Attribute(LinkAttribute.NamespaceFd, (uint)peerNetnsFd);
        message.End(peer);
        message.End(data);
        message.End(info);
        _socket.Execute(message, "create veth", name);
    }

    /// <summary>Deletes an interface; of a veth pair, both ends.</summary>
    /// <returns>False when there was none of that index.</returns>
    public bool Delete(int index)
    {
        var message = Link(stackalloc byte[BufferLength], RtMessage.DeleteLink, 0, index);
        return _socket.Execute(message, "delete interface", $"#{index}", Errno.ENODEV) == 0;
    }

    /// <summary>The index of an interface, or null when there is none of that name.</summary>
    public int? Find(string name) => Get(name)?.Index;

    /// <summary>An interface by its name; null when there is none.</summary>
    public LinkState? Get(string name)
    {
        RequireName(name);
        var message = new NetlinkMessage(stackalloc byte[BufferLength], RtMessage.GetLink, RequestAck);
        message.Header(default(InterfaceMessage));
        message.Attribute(LinkAttribute.Name, name);
        LinkState? found = null;
        _socket.Query(message, (_, body) => found = LinkState.Parse(body), "get interface", name, Errno.ENODEV);
        return found;
    }

    /// <summary>All interfaces of the namespace.</summary>
    public IReadOnlyList<LinkState> List()
    {
        var message = new NetlinkMessage(stackalloc byte[BufferLength], RtMessage.GetLink, RtMessage.Request | RtMessage.Dump);
        message.Header(default(InterfaceMessage));
        var links = new List<LinkState>();
        _socket.Query(message, (_, body) => links.Add(LinkState.Parse(body)), "list interfaces", "");
        return links;
    }

    /// <summary>Brings an interface up.</summary>
    public void SetUp(int index)
    {
        var message = new NetlinkMessage(stackalloc byte[BufferLength], RtMessage.SetLink, RequestAck);
        message.Header(new InterfaceMessage { Index = index, Flags = InterfaceMessage.Up, Change = InterfaceMessage.Up });
        _socket.Execute(message, "bring up interface", $"#{index}");
    }

    /// <summary>Makes an interface a port of a bridge.</summary>
    /// <param name="index">The interface.</param>
    /// <param name="master">The bridge, or 0 to take it away from its bridge.</param>
    public void SetMaster(int index, int master)
    {
        var message = Link(stackalloc byte[BufferLength], RtMessage.SetLink, 0, index);
        message.Attribute(LinkAttribute.Master, (uint)master);
        _socket.Execute(message, "set bridge of interface", $"#{index}");
    }

    /// <summary>Sets the largest packet of an interface, in bytes.</summary>
    public void SetMtu(int index, int mtu)
    {
        var message = Link(stackalloc byte[BufferLength], RtMessage.SetLink, 0, index);
        message.Attribute(LinkAttribute.Mtu, (uint)mtu);
        _socket.Execute(message, "set MTU of interface", $"#{index}");
    }

    /// <summary>Renames an interface, which must be down.</summary>
    public void SetName(int index, string name)
    {
        RequireName(name);
        var message = Link(stackalloc byte[BufferLength], RtMessage.SetLink, 0, index);
        message.Attribute(LinkAttribute.Name, name);
        _socket.Execute(message, "rename interface", name);
    }

    /// <summary>Keeps a port's bridge from passing frames between it and other isolated ports (bridge(8), <c>isolated</c>).</summary>
    public void SetIsolated(int index, bool isolated)
    {
        var message = new NetlinkMessage(stackalloc byte[BufferLength], RtMessage.SetLink, RequestAck);
        message.Header(new InterfaceMessage { Family = Family.Bridge, Index = index });
        var port = message.Begin(LinkAttribute.PortInfo | RtMessage.Nested);
        message.Attribute(LinkAttribute.PortIsolated, isolated ? (byte)1 : (byte)0);
        message.End(port);
        _socket.Execute(message, "isolate bridge port", $"#{index}");
    }

    /// <summary>Keeps the kernel from giving an interface a link-local IPv6 address when it comes up; nothing where there is no IPv6.</summary>
    public void DisableLinkLocalAddress(int index)
    {
        const byte none = 1; // IN6_ADDR_GEN_MODE_NONE
        var message = Link(stackalloc byte[BufferLength], RtMessage.SetLink, 0, index);
        var families = message.Begin(LinkAttribute.AfSpec | RtMessage.Nested);
        var inet6 = message.Begin(Family.Inet6 | RtMessage.Nested);
        message.Attribute(LinkAttribute.Inet6AddressGeneration, none);
        message.End(inet6);
        message.End(families);
        _socket.Execute(message, "set IPv6 of interface", $"#{index}", Errno.EAFNOSUPPORT, Errno.EOPNOTSUPP, Errno.EINVAL);
    }

    /// <summary>Gives an interface an IPv4 address; nothing when it has it already.</summary>
    public void AddAddress(int index, IPAddress address, int prefixLength)
    {
        RequireInet(address, prefixLength);
        AddAddress(index, new LinkAddress(address, address, prefixLength, null));
    }

    /// <summary>The IPv4 addresses of an interface.</summary>
    public IReadOnlyList<IPAddress> Addresses(int index)
    {
        var message = new NetlinkMessage(stackalloc byte[BufferLength], RtMessage.GetAddress, RtMessage.Request | RtMessage.Dump);
        message.Header(new AddressMessage { Family = Family.Inet });
        var addresses = new List<IPAddress>();
        _socket.Query(message, (_, body) => Collect(body), "list addresses", $"#{index}");
        return addresses;

        void Collect(ReadOnlySpan<byte> body)
        {
            if (MemoryMarshal.Read<AddressMessage>(body).Index != index) return;
            var value = NetlinkMessage.Find(body[Marshal.SizeOf<AddressMessage>()..], AddressAttribute.Local);
            if (value.Length == 4) addresses.Add(new IPAddress(value));
        }
    }

    /// <summary>The addresses of an interface, of both families, that hold beyond its link and were given to it for good.</summary>
    public IReadOnlyList<LinkAddress> PermanentAddresses(int index)
    {
        var addresses = new List<LinkAddress>();
        Span<byte> buffer = stackalloc byte[BufferLength];
        foreach (var family in (byte[])[Family.Inet, Family.Inet6])
        {
            var message = new NetlinkMessage(buffer, RtMessage.GetAddress, RtMessage.Request | RtMessage.Dump);
            message.Header(new AddressMessage { Family = family });
            _socket.Query(message, (_, body) => Collect(body), "list addresses", $"#{index}");
        }

        return addresses;

        void Collect(ReadOnlySpan<byte> body)
        {
            if (LinkAddress.Parse(body, index) is { } address) addresses.Add(address);
        }
    }

    /// <summary>Gives an interface an address as another one had it; nothing when it has it already.</summary>
    public void AddAddress(int index, LinkAddress address)
    {
        var message = new NetlinkMessage(
            stackalloc byte[BufferLength], RtMessage.NewAddress, RequestAck | RtMessage.Create | RtMessage.Exclusive);
        var family = address.Address.AddressFamily == AddressFamily.InterNetworkV6 ? Family.Inet6 : Family.Inet;
        message.Header(new AddressMessage { Family = family, PrefixLength = (byte)address.PrefixLength, Index = index });
        message.Attribute(AddressAttribute.Local, address.Address);
        message.Attribute(AddressAttribute.Address, address.Peer);
        if (address.Broadcast is { } broadcast) message.Attribute(AddressAttribute.Broadcast, broadcast);
        _socket.Execute(message, "add address", $"{address.Address}/{address.PrefixLength}", Errno.EEXIST);
    }

    /// <summary>Moves an interface to another network namespace, which takes it down and its addresses away.</summary>
    /// <param name="index">The interface.</param>
    /// <param name="netnsFd">Open descriptor of the namespace.</param>
    /// <param name="name">Its name there.</param>
    public void Move(int index, int netnsFd, string name)
    {
        RequireName(name);
        var message = Link(stackalloc byte[BufferLength], RtMessage.SetLink, 0, index);
        message.Attribute(LinkAttribute.Name, name);
        message.Attribute(LinkAttribute.NamespaceFd, (uint)netnsFd);
        _socket.Execute(message, "move interface", name);
    }

    /// <summary>Sets the default IPv4 route.</summary>
    /// <param name="index">The interface it leaves by.</param>
    /// <param name="gateway">Reachable on that interface.</param>
    public void SetDefaultRoute(int index, IPAddress gateway)
    {
        RequireInet(gateway, 32);
        var message = new NetlinkMessage(
            stackalloc byte[BufferLength], RtMessage.NewRoute, RequestAck | RtMessage.Create | RtMessage.Replace);
        message.Header(new RouteMessage
        {
            Family = Family.Inet,
            Table = RouteMessage.TableMain,
            Protocol = RouteMessage.ProtocolStatic,
            Type = RouteMessage.TypeUnicast,
        });
        message.Attribute(AddressAttribute.RouteGateway, gateway);
        message.Attribute(AddressAttribute.RouteOutInterface, (uint)index);
        _socket.Execute(message, "set default route via", gateway.ToString());
    }

    /// <summary>The IPv4 unicast routes of the main table.</summary>
    public IReadOnlyList<RouteState> Routes()
    {
        var message = new NetlinkMessage(stackalloc byte[BufferLength], RtMessage.GetRoute, RtMessage.Request | RtMessage.Dump);
        message.Header(new RouteMessage { Family = Family.Inet });
        var routes = new List<RouteState>();
        _socket.Query(message, (_, body) => Collect(body), "list routes", "");
        return routes;

        void Collect(ReadOnlySpan<byte> body)
        {
            if (RouteState.Parse(body) is { } route) routes.Add(route);
        }
    }

    /// <summary>Index of the interface of the default IPv4 route; null when there is none.</summary>
    public int? DefaultRouteInterface()
    {
        foreach (var route in Routes())
        {
            if (route.PrefixLength == 0) return route.Interface;
        }

        return null;
    }

    public void Dispose() => _socket.Dispose();

    private static NetlinkMessage Link(Span<byte> buffer, ushort type, int flags, int index)
    {
        var message = new NetlinkMessage(buffer, type, (ushort)(RequestAck | flags));
        message.Header(new InterfaceMessage { Index = index });
        return message;
    }

    /// <summary>Whether the kernel takes it as the name of an interface (its dev_valid_name()).</summary>
    public static bool IsName(string name) =>
        Encoding.UTF8.GetByteCount(name) is > 0 and <= LongestName && name is not ("." or "..") && !name.Any(c => c is '/' or ':' || char.IsWhiteSpace(c));

    private static void RequireName(string name)
    {
        // So that the error names the rule and not just EINVAL.
        if (!IsName(name))
        {
            throw new ArgumentException($"\"{name}\" cannot name an interface: 1 to {LongestName} bytes, no space, slash or colon");
        }
    }

    private static void RequireInet(IPAddress address, int prefixLength)
    {
        if (address.AddressFamily != AddressFamily.InterNetwork) throw new ArgumentException($"{address} is not an IPv4 address");
        if (prefixLength is < 1 or > 32) throw new ArgumentException($"/{prefixLength} is not an IPv4 prefix length: 1 to 32");
    }
}
