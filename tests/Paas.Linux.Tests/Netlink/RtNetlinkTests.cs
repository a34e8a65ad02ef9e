using System.Net;
using Paas.Linux.Netlink;
using Paas.Testing;

namespace Paas.Linux.Tests.Netlink;

/// <summary>Every test runs in a network namespace of its own; the host's is never touched.</summary>
public sealed class RtNetlinkTests
{
    [RootFact]
    public void A_new_namespace_holds_only_a_loopback_that_is_down()
    {
        var links = InNewNamespace(netlink => netlink.List());

        var loopback = links.Single(link => link.Name == "lo");
        Assert.False(loopback.Up);
        Assert.Equal(1, loopback.Index);
    }

    [RootFact]
    public void Links_are_made_named_changed_and_deleted() => InNewNamespace(netlink =>
    {
        netlink.CreateBridge("br-test", [0x02, 0, 0, 0, 0, 1]);
        var bridge = netlink.Find("br-test")!.Value;
        using var inner = NetworkNamespace.Create();
        netlink.CreateVeth("outer", "eth0", Descriptor(inner));
        var outer = netlink.Find("outer")!.Value;

        netlink.SetName(outer, "renamed");
        netlink.SetMtu(outer, 1300);
        netlink.SetMaster(outer, bridge);
        netlink.SetIsolated(outer, true);
        netlink.SetUp(outer);

        Assert.Equal(new LinkState(outer, "renamed", Up: true, Mtu: 1300, Master: bridge), netlink.Get("renamed"));
        Assert.Equal("1", Run("cat", "/sys/class/net/renamed/brport/isolated"));
        Assert.Equal("02:00:00:00:00:01", Run("cat", "/sys/class/net/br-test/address"));
        Assert.True(netlink.Delete(outer));
        Assert.False(netlink.Delete(outer));
        Assert.Null(netlink.Find("renamed"));
        return 0;
    });

    [RootFact]
    public void Addresses_and_the_default_route_are_set_and_found() => InNewNamespace(netlink =>
    {
        netlink.CreateBridge("br-test", [0x02, 0, 0, 0, 0, 1]);
        var bridge = netlink.Find("br-test")!.Value;
        Assert.Null(netlink.DefaultRouteInterface());

        netlink.AddAddress(bridge, IPAddress.Parse("10.9.0.1"), 24);
        netlink.AddAddress(bridge, IPAddress.Parse("10.9.0.1"), 24);
        netlink.SetUp(bridge);
        netlink.SetDefaultRoute(bridge, IPAddress.Parse("10.9.0.254"));
        netlink.SetDefaultRoute(bridge, IPAddress.Parse("10.9.0.253"));

        Assert.Equal([IPAddress.Parse("10.9.0.1")], netlink.Addresses(bridge));
        Assert.Equal(bridge, netlink.DefaultRouteInterface());
        return 0;
    });

    [RootFact]
    public void The_kernels_explanation_is_in_the_error() => InNewNamespace(netlink =>
    {
        var loopback = netlink.Find("lo")!.Value;
        netlink.SetUp(loopback);

        var unreachable = Assert.Throws<LinuxException>(() => netlink.SetDefaultRoute(loopback, IPAddress.Parse("10.9.0.254")));
        Assert.Contains("gateway", unreachable.Message, StringComparison.OrdinalIgnoreCase);
        var taken = Assert.Throws<LinuxException>(() => netlink.CreateBridge("lo", [0x02, 0, 0, 0, 0, 1]));
        Assert.Equal(Errno.EEXIST, taken.Errno);
        Assert.Equal("lo", taken.Path);
        return 0;
    });

    [RootTheory]
    [InlineData("")]
    [InlineData("sixteen-bytes-xx")]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData("with space")]
    public void A_name_the_kernel_cannot_take_is_refused(string name) => InNewNamespace(netlink =>
    {
        Assert.Throws<ArgumentException>(() => netlink.CreateBridge(name, [0x02, 0, 0, 0, 0, 1]));
        return 0;
    });

    internal static T InNewNamespace<T>(Func<RtNetlink, T> work) => NetworkNamespace.RunInNew(() =>
    {
        using var netlink = RtNetlink.Open();
        return work(netlink);
    });

    internal static int Descriptor(System.Runtime.InteropServices.SafeHandle handle) => (int)handle.DangerousGetHandle();

    /// <summary>Runs a program in the namespace of this thread, with its sysfs. Forked children keep the thread's namespace.</summary>
    private static string Run(string program, string argument)
    {
        var start = new System.Diagnostics.ProcessStartInfo(
            "unshare", ["--mount", "--", "sh", "-c", "mount -t sysfs none /sys && exec \"$@\"", "sh", program, argument])
        { RedirectStandardOutput = true };
        using var process = System.Diagnostics.Process.Start(start)!;
        return process.StandardOutput.ReadToEnd().Trim();
    }
}
