using System.Net.Sockets;
using System.Text;
using Paas.Daemon.Hosting;
using Paas.Testing;

namespace Paas.Daemon.Tests;

public sealed class NotifyTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Systemd_is_told_when_paasd_answers(bool isAbstract)
    {
        using var directory = new TemporaryDirectory();
        var name = isAbstract ? $"@paas-test-{Guid.NewGuid():N}" : directory.Combine("notify");
        using var systemd = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 5000 };
        systemd.Bind(new UnixDomainSocketEndPoint(isAbstract ? '\0' + name[1..] : name));
        Environment.SetEnvironmentVariable("NOTIFY_SOCKET", name);
        try
        {
            ServiceNotifier.Ready();
        }
        finally
        {
            Environment.SetEnvironmentVariable("NOTIFY_SOCKET", null);
        }

        var buffer = new byte[200];
        Assert.StartsWith("READY=1\n", Encoding.UTF8.GetString(buffer, 0, systemd.Receive(buffer)), StringComparison.Ordinal);
    }
}
