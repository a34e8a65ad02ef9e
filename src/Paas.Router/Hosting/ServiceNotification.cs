using System.Net.Sockets;
using System.Text;

namespace Paas.Router.Hosting;

/// <summary>Tells the service manager how we are: sd_notify(3). Does nothing where there is none.</summary>
internal static class ServiceNotification
{
    public static void Send(string state)
    {
        var path = Environment.GetEnvironmentVariable("NOTIFY_SOCKET");
        if (string.IsNullOrEmpty(path)) return;
        if (path[0] == '@') path = '\0' + path[1..];
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            socket.SendTo(Encoding.UTF8.GetBytes(state), new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException)
        {
            // Being unable to say so is no reason not to serve.
        }
    }
}
