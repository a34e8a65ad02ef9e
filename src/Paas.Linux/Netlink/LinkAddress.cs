using System.Net;
using System.Runtime.InteropServices;

namespace Paas.Linux.Netlink;

/// <summary>An address that somebody gave to an interface.</summary>
/// <param name="Address">Of the interface.</param>
/// <param name="Peer">Of the other end of a point-to-point link; else the same.</param>
/// <param name="PrefixLength">In bits.</param>
/// <param name="Broadcast">Null where there is none.</param>
public sealed record LinkAddress(IPAddress Address, IPAddress Peer, int PrefixLength, IPAddress? Broadcast)
{
    /// <summary>Null for what the kernel made itself, or what means something on the link only.</summary>
    internal static LinkAddress? Parse(ReadOnlySpan<byte> body, int index)
    {
        var header = MemoryMarshal.Read<AddressMessage>(body);
        if (header.Index != index || header.Scope != AddressMessage.ScopeUniverse) return null;
        var attributes = body[Marshal.SizeOf<AddressMessage>()..];
        var flags = NetlinkMessage.Find(attributes, AddressAttribute.Flags);
        var set = flags.Length == sizeof(uint) ? MemoryMarshal.Read<uint>(flags) : header.Flags;
        if ((set & AddressMessage.Permanent) == 0) return null;
        var peer = NetlinkMessage.Find(attributes, AddressAttribute.Address);
        var local = NetlinkMessage.Find(attributes, AddressAttribute.Local);
        if (peer.IsEmpty) return null;
        var broadcast = NetlinkMessage.Find(attributes, AddressAttribute.Broadcast);
        return new LinkAddress(new IPAddress(local.IsEmpty ? peer : local), new IPAddress(peer), header.PrefixLength, broadcast.IsEmpty ? null : new IPAddress(broadcast));
    }
}
