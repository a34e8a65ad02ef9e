using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Paas.Router.Table;

/// <summary>Where an instance listens, as <see cref="Contracts.Routing.RoutedEndpoint.Address"/> writes it.</summary>
internal static class EndpointAddress
{
    private const string UnixPrefix = "unix:";

    // sun_path of sockaddr_un, with its terminating zero: unix(7).
    private const int LongestUnixPath = 107;

    /// <summary>Reads <c>10.213.0.5:5000</c>, <c>[fd00::5]:5000</c> or <c>unix:/run/paas/paasd.sock</c>. Names are never resolved.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out EndPoint? endPoint)
    {
        endPoint = null;
        if (text is null) return false;
        if (text.StartsWith(UnixPrefix, StringComparison.Ordinal))
        {
            var path = text[UnixPrefix.Length..];
            if (path is not ['/', _, ..] || Encoding.UTF8.GetByteCount(path) > LongestUnixPath || path.Contains('\0')) return false;
            endPoint = new UnixDomainSocketEndPoint(path);
            return true;
        }

        if (!IPEndPoint.TryParse(text, out var ip) || ip.Port == 0) return false;
        // "10.1:80" and "5000" are addresses to the parser; what is not written in full is a mistake here.
        if (!string.Equals(ip.ToString(), text, StringComparison.OrdinalIgnoreCase)) return false;
        if (ip.Address.Equals(IPAddress.Any) || ip.Address.Equals(IPAddress.IPv6Any)) return false;
        endPoint = ip;
        return true;
    }
}
