using System.Runtime.InteropServices;

namespace Paas.Linux.Netlink;

/// <summary>Message types and flags (linux/rtnetlink.h, linux/netlink.h).</summary>
internal static class RtMessage
{
    public const ushort NewLink = 16;
    public const ushort DeleteLink = 17;
    public const ushort GetLink = 18;
    public const ushort SetLink = 19;
    public const ushort NewAddress = 20;
    public const ushort GetAddress = 22;
    public const ushort NewRoute = 24;
    public const ushort GetRoute = 26;

    public const ushort Request = 0x1;
    public const ushort Ack = 0x4;
    public const ushort Dump = 0x300;
    public const ushort Replace = 0x100;
    public const ushort Exclusive = 0x200;
    public const ushort Create = 0x400;

    /// <summary>Marks an attribute that holds attributes.</summary>
    public const ushort Nested = 0x8000;
}

/// <summary>Attributes of links (linux/if_link.h, linux/veth.h).</summary>
internal static class LinkAttribute
{
    public const ushort Address = 1;
    public const ushort Name = 3;
    public const ushort Mtu = 4;
    public const ushort Master = 10;
    public const ushort PortInfo = 12;
    public const ushort Info = 18;
    public const ushort AfSpec = 26;
    public const ushort NamespaceFd = 28;
    public const ushort InfoKind = 1;
    public const ushort InfoData = 2;
    public const ushort VethPeer = 1;
    public const ushort Inet6AddressGeneration = 8;
    public const ushort BridgeForwardDelay = 1;
    public const ushort BridgeStp = 5;
    public const ushort PortIsolated = 33;
}

/// <summary>Attributes of addresses and routes (linux/if_addr.h, linux/rtnetlink.h).</summary>
internal static class AddressAttribute
{
    public const ushort Address = 1;
    public const ushort Local = 2;
    public const ushort Broadcast = 4;
    public const ushort Flags = 8;
    public const ushort RouteDestination = 1;
    public const ushort RouteOutInterface = 4;
    public const ushort RouteGateway = 5;
}

/// <summary><c>struct ifinfomsg</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct InterfaceMessage
{
    public byte Family;
    public byte Padding;
    public ushort Type;
    public int Index;
    public uint Flags;
    public uint Change;

    public const uint Up = 1;
}

/// <summary><c>struct ifaddrmsg</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AddressMessage
{
    public byte Family;
    public byte PrefixLength;
    public byte Flags;
    public byte Scope;
    public int Index;

    public const uint Permanent = 0x80;
    public const byte ScopeUniverse = 0;
}

/// <summary><c>struct rtmsg</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RouteMessage
{
    public byte Family;
    public byte DestinationLength;
    public byte SourceLength;
    public byte TypeOfService;
    public byte Table;
    public byte Protocol;
    public byte Scope;
    public byte Type;
    public uint Flags;

    public const byte TableMain = 254;
    public const byte ProtocolStatic = 4;
    public const byte TypeUnicast = 1;
}

/// <summary>Address families.</summary>
internal static class Family
{
    public const byte Unspecified = 0;
    public const byte Inet = 2;
    public const byte Bridge = 7;
    public const byte Inet6 = 10;
}
