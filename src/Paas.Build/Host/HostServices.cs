using System.Net;
using System.Net.Sockets;

namespace Paas.Build.Host;

/// <summary>
/// Keeps fetches on a user's behalf (<c>ADD</c> of a Dockerfile, an archive to deploy) away from what listens for this host only: its
/// loopback, and addresses that mean the link, where clouds tell machines their secrets. They are made outside of every container.
/// </summary>
public static class HostServices
{
    /// <summary>Connects to where a name leads, unless that is this host's own.</summary>
    public static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        var target = context.DnsEndPoint;
        // A proxy is this host's choice, and where it goes is its own.
        var isDirect = string.Equals(context.InitialRequestMessage.RequestUri?.IdnHost.Trim('[', ']'), target.Host.Trim('[', ']'), StringComparison.OrdinalIgnoreCase);
        var addresses = await Dns.GetHostAddressesAsync(target.Host, ct);
        if (isDirect) addresses = [.. addresses.Where(address => !IsOwn(address))];
        if (addresses.Length == 0) throw new HttpRequestException($"{target.Host} is this host itself, whose services a build cannot reach");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, target.Port, ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>True of an address that nothing but this host, or its link, can mean.</summary>
    public static bool IsOwn(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (IPAddress.IsLoopback(address) || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) || address.IsIPv6LinkLocal) return true;
        return address.AddressFamily == AddressFamily.InterNetwork && address.GetAddressBytes() is [169, 254, _, _] or [0, _, _, _];
    }
}
