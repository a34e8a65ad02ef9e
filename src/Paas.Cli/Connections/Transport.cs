using System.Net;
using System.Net.Sockets;

namespace Paas.Cli.Connections;

/// <summary>How bytes get to the platform: the local socket, loopback for <c>*.localhost</c>, else as anywhere.</summary>
internal static class Transport
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    public static SocketsHttpHandler For(PlatformAddress address)
    {
        var handler = new SocketsHttpHandler { ConnectTimeout = ConnectTimeout, AllowAutoRedirect = false, UseCookies = false };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, chain, errors) => UntrustedCertificateException.Check(chain, errors);
        if (address.SocketPath is { } path)
        {
            handler.UseProxy = false;
            handler.ConnectCallback = (_, ct) => ConnectAsync(new UnixDomainSocketEndPoint(path), ct);
        }
        else if (PlatformUrl.IsLoopback(address.Url.Host))
        {
            handler.UseProxy = false;
            handler.ConnectCallback = (context, ct) => ConnectLoopbackAsync(context.DnsEndPoint.Port, ct);
        }

        return handler;
    }

    // Resolvers differ about names under localhost; the standard does not.
    private static async ValueTask<Stream> ConnectLoopbackAsync(int port, CancellationToken ct)
    {
        try
        {
            return await ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), ct);
        }
        catch (SocketException)
        {
            return await ConnectAsync(new IPEndPoint(IPAddress.IPv6Loopback, port), ct);
        }
    }

    private static async ValueTask<Stream> ConnectAsync(EndPoint endpoint, CancellationToken ct)
    {
        var unix = endpoint.AddressFamily == AddressFamily.Unix;
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, unix ? ProtocolType.Unspecified : ProtocolType.Tcp);
        try
        {
            if (!unix) socket.NoDelay = true;
            await socket.ConnectAsync(endpoint, ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
