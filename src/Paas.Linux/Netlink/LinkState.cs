using System.Runtime.InteropServices;

namespace Paas.Linux.Netlink;

/// <summary>An interface as the kernel reports it.</summary>
/// <param name="Index">Its number in its namespace.</param>
/// <param name="Name">Its name.</param>
/// <param name="Up">True when it is administratively up.</param>
/// <param name="Mtu">In bytes.</param>
/// <param name="Master">Index of its bridge, or 0.</param>
public sealed record LinkState(int Index, string Name, bool Up, int Mtu, int Master)
{
    internal static LinkState Parse(ReadOnlySpan<byte> body)
    {
        var header = MemoryMarshal.Read<InterfaceMessage>(body);
        var attributes = body[Marshal.SizeOf<InterfaceMessage>()..];
        return new LinkState(
            header.Index,
            NetlinkMessage.Text(NetlinkMessage.Find(attributes, LinkAttribute.Name)),
            (header.Flags & InterfaceMessage.Up) != 0,
            Number(NetlinkMessage.Find(attributes, LinkAttribute.Mtu)),
            Number(NetlinkMessage.Find(attributes, LinkAttribute.Master)));
    }

    private static int Number(ReadOnlySpan<byte> value) => value.Length == sizeof(int) ? MemoryMarshal.Read<int>(value) : 0;
}
