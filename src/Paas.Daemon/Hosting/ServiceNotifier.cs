using System.Net.Sockets;
using System.Text;

namespace Paas.Daemon.Hosting;

/// <summary>Tells systemd how far this service is (sd_notify(3)); does nothing where nobody asked.</summary>
internal static class ServiceNotifier
{
    public static void Ready() => Send($"READY=1\nSTATUS=Version {DaemonVersion.Text}");

    public static void Stopping() => Send("STOPPING=1");

    private static void Send(string state)
    {
        var address = Environment.GetEnvironmentVariable("NOTIFY_SOCKET");
        if (string.IsNullOrEmpty(address)) return;
        if (address[0] == '@') address = '\0' + address[1..];
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        try
        {
            socket.SendTo(Encoding.UTF8.GetBytes(state), new UnixDomainSocketEndPoint(address));
        }
        catch (SocketException)
        {
            // The service runs all the same.
        }
    }
}
