using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using Paas.Linux.Netlink;
using Paas.Testing;
using Xunit.Abstractions;

namespace Paas.Linux.Tests.Netlink;

public sealed class SandboxLinkTests(ITestOutputHelper output)
{
    private const string Bridge = "br-test";
    private static readonly IPAddress Gateway = IPAddress.Parse("10.9.0.1");
    private static readonly IPAddress First = IPAddress.Parse("10.9.0.2");
    private static readonly IPAddress Second = IPAddress.Parse("10.9.0.3");

    [RootFact]
    public void The_host_reaches_a_sandbox_and_the_sandbox_its_gateway() => OnBridge(() =>
    {
        using var sandbox = Create("v1", First);
        using var inside = ListenIn(sandbox, First);
        using var outside = new TcpListener(Gateway, 0);
        outside.Start();

        Assert.True(CanConnect(inside.LocalEndpoint));
        Assert.True(NetworkNamespace.Run(Fd(sandbox), () => CanConnect(outside.LocalEndpoint)));
        using var local = ListenIn(sandbox, IPAddress.Loopback);
        Assert.True(NetworkNamespace.Run(Fd(sandbox), () => CanConnect(local.LocalEndpoint)));
        Assert.False(CanConnect(local.LocalEndpoint));
    });

    [RootTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void Isolated_sandboxes_do_not_see_each_other(bool isolated) => OnBridge(() =>
    {
        using var first = Create("v1", First, isolated);
        using var second = Create("v2", Second, isolated);
        using var listener = ListenIn(second, Second);

        Assert.Equal(!isolated, NetworkNamespace.Run(Fd(first), () => CanConnect(listener.LocalEndpoint)));
    });

    [RootFact]
    public void The_mtu_holds_at_both_ends_and_there_is_no_ipv6_address() => OnBridge(() =>
    {
        using var sandbox = Create("v1", First, mtu: 1400);
        using var host = RtNetlink.Open();

        Assert.Equal(1400, host.Get("v1")!.Mtu);
        NetworkNamespace.Run(Fd(sandbox), () =>
        {
            using var inner = RtNetlink.Open();
            Assert.Equal(1400, inner.Get("eth0")!.Mtu);
            Assert.All(File.ReadLines("/proc/thread-self/net/if_inet6"), line => Assert.EndsWith("lo", line));
            return 0;
        });
    });

    [RootFact]
    public void A_stale_interface_of_the_same_name_is_replaced() => OnBridge(() =>
    {
        using var before = Create("v1", First);
        using var after = Create("v1", First);
        using var listener = ListenIn(after, First);

        Assert.True(CanConnect(listener.LocalEndpoint));
    });

    [RootFact]
    public void A_failure_leaves_nothing() => OnBridge(() =>
    {
        using var sandbox = NetworkNamespace.Create();
        using var host = RtNetlink.Open();

        Assert.Throws<LinuxException>(() =>
            SandboxLink.Create(Bridge, "v1", First, 24, IPAddress.Parse("172.16.0.1"), true, 0, Fd(sandbox)));
        Assert.Null(host.Find("v1"));
        var missing = Assert.Throws<LinuxException>(() => SandboxLink.Create("br-none", "v1", First, 24, Gateway, true, 0, Fd(sandbox)));
        Assert.Equal("br-none", missing.Path);
        Assert.Throws<ArgumentException>(() =>
            SandboxLink.Create(Bridge, "sixteen-bytes-xx", First, 24, Gateway, true, 0, Fd(sandbox)));
    });

    [RootFact]
    public void The_pair_goes_when_deleted_or_when_the_namespace_goes() => OnBridge(() =>
    {
        using var host = RtNetlink.Open();
        using (Create("v1", First))
        using (Create("v2", Second))
        {
            SandboxLink.Delete("v2");
            SandboxLink.Delete("v2");
            Assert.Null(host.Find("v2"));
            Assert.NotNull(host.Find("v1"));
        }

        var waited = Stopwatch.StartNew();
        while (host.Find("v1") is not null)
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(10), "the pair outlives its namespace");
            Thread.Sleep(5);
        }
    });

    [RootFact]
    public void Prints_how_long_it_takes() => OnBridge(() =>
    {
        // All are kept to the end: a namespace that is being taken down makes the next one wait.
        var kept = new List<SafeFileHandle>();
        var times = new List<double>();
        for (byte i = 0; i < 20; i++)
        {
            var watch = Stopwatch.StartNew();
            kept.Add(Create($"v{i}", new IPAddress([10, 9, 0, (byte)(i + 2)])));
            times.Add(watch.Elapsed.TotalMilliseconds);
        }

        kept.ForEach(sandbox => sandbox.Dispose());
        times.Sort();
        output.WriteLine($"namespace and link: median {times[10]:0.00} ms, worst {times[^1]:0.00} ms");
        Assert.Equal(20, times.Count);
    });

    private static SafeFileHandle Create(string name, IPAddress address, bool isolated = true, int mtu = 0)
    {
        var sandbox = NetworkNamespace.Create();
        SandboxLink.Create(Bridge, name, address, 24, Gateway, isolated, mtu, Fd(sandbox));
        return sandbox;
    }

    private static void OnBridge(Action test) => RtNetlinkTests.InNewNamespace(netlink =>
    {
        netlink.SetUp(netlink.Find("lo")!.Value);
        netlink.CreateBridge(Bridge, [0x02, 0, 0, 0, 0, 1]);
        var bridge = netlink.Find(Bridge)!.Value;
        netlink.AddAddress(bridge, Gateway, 24);
        netlink.SetUp(bridge);
        test();
        return 0;
    });

    private static TcpListener ListenIn(SafeFileHandle sandbox, IPAddress address) => NetworkNamespace.Run(Fd(sandbox), () =>
    {
        var listener = new TcpListener(address, 0);
        listener.Start();
        return listener;
    });

    private static bool CanConnect(EndPoint endpoint)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using var deadline = new CancellationTokenSource(TimeSpan.FromMilliseconds(1500));
        try
        {
            // The socket belongs to the namespace of the thread that made it; waiting elsewhere changes nothing.
            socket.ConnectAsync(endpoint, deadline.Token).AsTask().GetAwaiter().GetResult();
            return true;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            return false;
        }
    }

    private static int Fd(SafeFileHandle handle) => RtNetlinkTests.Descriptor(handle);
}
