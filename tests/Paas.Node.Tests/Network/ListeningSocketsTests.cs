using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Paas.Node.Network;

namespace Paas.Node.Tests.Network;

public sealed class ListeningSocketsTests
{
    private const string Header =
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";

    [Fact]
    public void Listening_sockets_are_read_and_connections_are_not()
    {
        const string tcp = Header +
            "   0: 00000000:1388 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 31 1 0 100 0 0 10 0\n" +
            "   1: 0100007F:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 32 1 0 100 0 0 10 0\n" +
            "   2: 0200D50A:1388 0100D50A:C350 01 00000000:00000000 00:00000000 00000000  1000        0 33 1 0 20 4 30 10 -1\n";
        const string tcp6 = Header +
            "   0: 00000000000000000000000000000000:1F90 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 34 1 0 100 0 0 10 0\n" +
            "   1: 00000000000000000000000001000000:1F91 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 35 1 0 100 0 0 10 0\n";

        Assert.Equal(
            [
                new ListeningPort(IPAddress.Loopback, 3000),
                new ListeningPort(IPAddress.Any, 5000),
                new ListeningPort(IPAddress.IPv6Any, 8080),
                new ListeningPort(IPAddress.IPv6Loopback, 8081),
            ],
            ListeningSockets.Parse(tcp, tcp6));
    }

    [Theory]
    [InlineData("")]
    [InlineData(Header)]
    [InlineData("   0: 000000:1388 00000000:0000 0A x\n")]
    [InlineData("   0: 00000000 00000000:0000 0A x\n")]
    [InlineData("   0: 0000000G:1388 00000000:0000 0A x\n")]
    public void What_is_no_listening_socket_is_left_out(string table) => Assert.Empty(ListeningSockets.Parse(table));

    [Fact]
    public void A_socket_of_this_process_is_found_in_the_kernels_own_table()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        Assert.Contains(new ListeningPort(IPAddress.Loopback, port), ListeningSockets.Parse(File.ReadAllText("/proc/self/net/tcp")));
    }
}
