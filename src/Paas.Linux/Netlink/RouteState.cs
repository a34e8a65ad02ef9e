using System.Net;
using System.Runtime.InteropServices;

namespace Paas.Linux.Netlink;

/// <summary>A unicast IPv4 route of the main table.</summary>
/// <param name="Destination">The lowest address it leads to.</param>
/// <param name="PrefixLength">Bits of the destination; 0 is the default route.</param>
/// <param name="Interface">Index of the interface it leaves by; 0 where it has several.</param>
public sealed record RouteState(IPAddress Destination, int PrefixLength, int Interface)
{
    internal static RouteState? Parse(ReadOnlySpan<byte> body)
    {
        var route = MemoryMarshal.Read<RouteMessage>(body);
        if (route.Table != RouteMessage.TableMain || route.Type != RouteMessage.TypeUnicast) return null;
        var attributes = body[Marshal.SizeOf<RouteMessage>()..];
        var destination = NetlinkMessage.Find(attributes, AddressAttribute.RouteDestination);
        var leaves = NetlinkMessage.Find(attributes, AddressAttribute.RouteOutInterface);
        return new RouteState(
            destination.Length == 4 ? new IPAddress(destination) : IPAddress.Any,
            route.DestinationLength,
            leaves.Length == sizeof(int) ? MemoryMarshal.Read<int>(leaves) : 0);
    }
}
