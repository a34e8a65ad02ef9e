using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Paas.Node.Network;

/// <summary>An IPv4 subnet. Its first address is the gateway's, its last is the broadcast's; those between are sandboxes'.</summary>
public readonly record struct Ipv4Subnet
{
    private Ipv4Subnet(uint network, int prefixLength)
    {
        Network = network;
        PrefixLength = prefixLength;
    }

    /// <summary>The lowest address, as a number.</summary>
    public uint Network { get; }

    /// <summary>8 to 29.</summary>
    public int PrefixLength { get; }

    /// <summary>The address of the bridge.</summary>
    public IPAddress Gateway => AddressOf(Network + 1);

    /// <summary>How many sandboxes fit.</summary>
    public int Capacity => (int)((1u << (32 - PrefixLength)) - 3);

    /// <summary>Reads <c>a.b.c.d/n</c> with no bits set beyond the prefix.</summary>
    public static bool TryParse(string text, out Ipv4Subnet subnet)
    {
        subnet = default;
        var slash = text.IndexOf('/');
        if (slash < 0 || !int.TryParse(text.AsSpan(slash + 1), out var prefix) || prefix is < 8 or > 29) return false;
        if (!IPAddress.TryParse(text.AsSpan(0, slash), out var address) || address.AddressFamily != AddressFamily.InterNetwork) return false;
        var number = NumberOf(address);
        if ((number & (uint.MaxValue >> prefix)) != 0) return false;
        subnet = new Ipv4Subnet(number, prefix);
        return true;
    }

    /// <inheritdoc cref="TryParse"/>
    /// <exception cref="FormatException">It is not one.</exception>
    public static Ipv4Subnet Parse(string text) =>
        TryParse(text, out var subnet) ? subnet : throw new FormatException($"\"{text}\" is not an IPv4 subnet such as 10.213.0.0/16");

    /// <summary>The nth address for sandboxes, from 0 to below <see cref="Capacity"/>.</summary>
    public IPAddress Sandbox(int index) => AddressOf(Network + 2 + (uint)index);

    /// <summary>The inverse of <see cref="Sandbox"/>; null for an address that is no sandbox's.</summary>
    public int? IndexOf(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetwork) return null;
        var index = (long)NumberOf(address) - Network - 2;
        return index >= 0 && index < Capacity ? (int)index : null;
    }

    /// <summary>True when the two share an address.</summary>
    public bool Overlaps(uint network, int prefixLength)
    {
        var shift = 32 - Math.Min(PrefixLength, prefixLength);
        return (ulong)Network >> shift == (ulong)network >> shift;
    }

    public override string ToString() => $"{AddressOf(Network)}/{PrefixLength}";

    internal static uint NumberOf(IPAddress address) => BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes());

    private static IPAddress AddressOf(uint number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return new IPAddress(bytes);
    }
}
