using System.Net;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using Paas.Contracts.Errors;
using Paas.Contracts.Supervision;
using Paas.Linux.Netlink;
using Paas.Node.Network;
using Paas.Node.Processes;
using Paas.Testing;

namespace Paas.Node.Tests.Network;

/// <summary>The real bridge and the real firewall, in a network namespace that plays the host, beside one that plays the internet.</summary>
public sealed class HostNetworkTests : IDisposable
{
    private const string ForwardSwitch = "/proc/sys/net/ipv4/ip_forward";
    private static readonly IPAddress Outside = IPAddress.Parse("192.0.2.1");
    private static readonly IPAddress Metadata = IPAddress.Parse("169.254.169.254");
    private static readonly IPAddress HostOutside = IPAddress.Parse("192.0.2.2");

    private readonly TemporaryDirectory _data = new();
    private readonly NodeOptions _options;

    public HostNetworkTests() => _options = new NodeOptions
    {
        RuntimePath = "/bin/false",
        DataDirectory = _data.Path,
        Bridge = "br-t",
        Subnet = "10.9.0.0/24",
        RouterPorts = [8080],
    };

    public static TheoryData<string> Firewalls => ["nft", "iptables"];

    [RootTheory]
    [MemberData(nameof(Firewalls))]
    public void Sandboxes_reach_the_internet_and_the_router_and_nothing_else(string firewall) => PrivateNamespace.Run(async () =>
    {
        using var internet = ConnectInternet();
        var network = await PrepareAsync(firewall);
        using var one = Sandbox(network, out var first);
        using var two = Sandbox(network, out var second);

        using var web = ListenIn(internet, IPAddress.Any, 80);
        Assert.Equal(HostOutside, ConnectFrom(one, Outside, 80, web));
        using var metadata = ListenIn(internet, Metadata, 81);
        Assert.True(IsBlocked(one, Metadata, 81, metadata));

        var gateway = IPAddress.Parse(first.Gateway);
        using var router = Listen(gateway, 8080);
        Assert.Equal(first.Address, ConnectFrom(one, gateway, 8080, router)?.ToString());
        using var secret = Listen(IPAddress.Any, 5432);
        Assert.True(IsBlocked(one, gateway, 5432, secret));
        Assert.True(IsBlocked(one, HostOutside, 5432, secret));

        using var neighbour = ListenIn(two, IPAddress.Any, 5000);
        Assert.True(IsBlocked(one, IPAddress.Parse(second.Address), 5000, neighbour));
        Assert.NotNull(Connect(IPAddress.Parse(second.Address), 5000, neighbour, TimeSpan.FromSeconds(10)));
        Assert.True(IsBlocked(internet, IPAddress.Parse(second.Address), 5000, neighbour));
        Assert.NotNull(ConnectFrom(internet, HostOutside, 5432, secret));
    });

    [RootTheory]
    [MemberData(nameof(Firewalls))]
    public void A_resolver_at_the_address_of_the_metadata_service_is_reached_and_the_service_is_not(string firewall) => PrivateNamespace.Run(async () =>
    {
        using var internet = ConnectInternet();
        var network = await PrepareAsync(firewall, Metadata);
        using var one = Sandbox(network, out _);

        using var names = ListenIn(internet, Metadata, 53);
        Assert.Equal(HostOutside, ConnectFrom(one, Metadata, 53, names));
        Assert.True(IsAnsweredByDatagram(one, internet, Metadata, 53));
        using var metadata = ListenIn(internet, Metadata, 80);
        Assert.True(IsBlocked(one, Metadata, 80, metadata));
    });

    [RootFact]
    public void Preparing_twice_changes_nothing_and_releasing_leaves_nothing() => PrivateNamespace.Run(async () =>
    {
        // A new namespace begins with what the host's has.
        await File.WriteAllTextAsync(ForwardSwitch, "0");
        var before = await RulesAsync();
        var network = await PrepareAsync("nft");
        var once = await RulesAsync();
        Assert.NotEqual(before, once);

        await network.PrepareAsync(CancellationToken.None);
        Assert.Equal(once, await RulesAsync());
        await new HostNetwork(_options).PrepareAsync(CancellationToken.None);
        Assert.Equal(once, await RulesAsync());
        Assert.Equal("1", (await File.ReadAllTextAsync(ForwardSwitch)).Trim());

        await new HostNetwork(_options).ReleaseAsync(CancellationToken.None);
        await new HostNetwork(_options).ReleaseAsync(CancellationToken.None);
        Assert.Equal("0", (await File.ReadAllTextAsync(ForwardSwitch)).Trim());
        Assert.DoesNotContain("paas", await RulesAsync());
        using var netlink = RtNetlink.Open();
        Assert.Null(netlink.Find("br-t"));
    });

    [RootFact]
    public void What_another_program_takes_away_is_noticed_and_prepared_again() => PrivateNamespace.Run(async () =>
    {
        var network = await PrepareAsync("nft");
        Assert.Null(await network.FindLossAsync(CancellationToken.None));
        await LoseAsync("nft", ["flush", "ruleset"], "rules");
        await LoseAsync("iptables", ["-w", "-P", "FORWARD", "DROP"], "drops");
        await LoseAsync("iptables", ["-w", "-F", "FORWARD"], "drops");
        await File.WriteAllTextAsync(ForwardSwitch, "0");
        Assert.Contains("switched off", await network.FindLossAsync(CancellationToken.None));
        await network.PrepareAsync(CancellationToken.None);
        Assert.Null(await network.FindLossAsync(CancellationToken.None));

        async Task LoseAsync(string program, string[] arguments, string says)
        {
            var (status, output) = await HostCommand.RunAsync(program, arguments, null, CancellationToken.None);
            Assert.True(status == 0, output);
            Assert.Contains(says, await network.FindLossAsync(CancellationToken.None));
            await network.PrepareAsync(CancellationToken.None);
            Assert.Null(await network.FindLossAsync(CancellationToken.None));
        }
    });

    [RootFact]
    public void Lost_iptables_rules_are_noticed_too() => PrivateNamespace.Run(async () =>
    {
        var network = await PrepareAsync("iptables");
        Assert.Null(await network.FindLossAsync(CancellationToken.None));

        await HostCommand.RunAsync("iptables", ["-w", "-F", "INPUT"], null, CancellationToken.None);

        Assert.NotNull(await network.FindLossAsync(CancellationToken.None));
    });

    [RootFact]
    public void Releasing_removes_iptables_rules_too() => PrivateNamespace.Run(async () =>
    {
        var network = await PrepareAsync("iptables");
        Assert.Contains("PAAS-BR_T", await RulesAsync());

        await network.ReleaseAsync(CancellationToken.None);

        Assert.DoesNotContain("PAAS-BR_T", await RulesAsync());
    });

    [RootFact]
    public void Forwarding_that_was_on_stays_on() => PrivateNamespace.Run(async () =>
    {
        await File.WriteAllTextAsync(ForwardSwitch, "1");
        var network = await PrepareAsync("nft");

        await network.ReleaseAsync(CancellationToken.None);

        Assert.Equal("1", (await File.ReadAllTextAsync(ForwardSwitch)).Trim());
    });

    [RootFact]
    public void A_host_that_drops_forwarded_packets_still_lets_sandboxes_out() => PrivateNamespace.Run(async () =>
    {
        using var internet = ConnectInternet();
        await HostCommand.RunAsync("iptables", ["-w", "-P", "FORWARD", "DROP"], null, CancellationToken.None);
        var network = await PrepareAsync("nft");
        using var one = Sandbox(network, out _);
        using var web = ListenIn(internet, IPAddress.Any, 80);

        Assert.NotNull(ConnectFrom(one, Outside, 80, web));
        await network.ReleaseAsync(CancellationToken.None);
        var (_, rules) = await HostCommand.RunAsync("iptables", ["-w", "-S", "FORWARD"], null, CancellationToken.None);
        Assert.DoesNotContain("br-t", rules);
        Assert.Contains("-P FORWARD DROP", rules);
    });

    [RootFact]
    public void A_subnet_or_a_bridge_in_use_is_refused_by_name() => PrivateNamespace.Run(async () =>
    {
        using var internet = ConnectInternet();
        var overlapping = new HostNetwork(_options with { Subnet = "192.0.2.0/28" });
        var overlap = await Assert.ThrowsAsync<PaasException>(() => overlapping.PrepareAsync(CancellationToken.None));
        Assert.Contains("wan0", overlap.Message);

        await PrepareAsync("nft");
        var other = new HostNetwork(_options with { Subnet = "10.8.0.0/24" });
        var taken = await Assert.ThrowsAsync<PaasException>(() => other.PrepareAsync(CancellationToken.None));
        Assert.Contains("10.9.0.1", taken.Message);
        Assert.Contains("br-t", taken.Hint);
    });

    public void Dispose() => _data.Dispose();

    private async Task<HostNetwork> PrepareAsync(string firewall, params IReadOnlyList<IPAddress> resolvers)
    {
        using (var netlink = RtNetlink.Open()) netlink.SetUp(netlink.Find("lo")!.Value);
        var network = new HostNetwork(_options);
        await network.PrepareAsync(CancellationToken.None);
        var config = new FirewallConfig(_options.Bridge, Ipv4Subnet.Parse(_options.Subnet), _options.RouterPorts, resolvers);
        if (firewall == "nft")
        {
            if (resolvers.Count > 0) await Firewall.ApplyAsync(config, CancellationToken.None);
            return network;
        }

        await Firewall.RemoveAsync(config, CancellationToken.None);
        Assert.Null(await Firewall.ApplyIptablesAsync(config, CancellationToken.None));
        return network;
    }

    private static async Task<string> RulesAsync()
    {
        var (_, nft) = await HostCommand.RunAsync("nft", ["list", "ruleset"], null, CancellationToken.None);
        return nft;
    }

    // wan0 (192.0.2.2) — eth0 (192.0.2.1, and a metadata service's address), with a route back into the sandboxes.
    private static SafeFileHandle ConnectInternet()
    {
        var internet = NetworkNamespace.Create();
        using var host = RtNetlink.Open();
        host.CreateVeth("wan0", "eth0", (int)internet.DangerousGetHandle());
        var wan = host.Find("wan0")!.Value;
        host.AddAddress(wan, HostOutside, 24);
        host.SetUp(wan);
        using var far = RtNetlink.OpenIn((int)internet.DangerousGetHandle());
        var eth = far.Find("eth0")!.Value;
        far.AddAddress(eth, Outside, 24);
        far.AddAddress(eth, Metadata, 32);
        far.SetUp(eth);
        far.SetDefaultRoute(eth, HostOutside);
        host.SetDefaultRoute(wan, Outside);
        return internet;
    }

    private static SafeFileHandle Sandbox(HostNetwork network, out SandboxNetwork sandbox)
    {
        sandbox = network.Take();
        var netns = NetworkNamespace.Create();
        SandboxLink.Create(
            sandbox.Bridge, sandbox.HostInterface, IPAddress.Parse(sandbox.Address), sandbox.PrefixLength,
            IPAddress.Parse(sandbox.Gateway), sandbox.Isolated, sandbox.Mtu, (int)netns.DangerousGetHandle());
        return netns;
    }

    private static TcpListener Listen(IPAddress address, int port)
    {
        var listener = new TcpListener(address, port);
        listener.Start();
        return listener;
    }

    private static TcpListener ListenIn(SafeFileHandle netns, IPAddress address, int port) =>
        PrivateNamespace.In(netns, () => Listen(address, port));

    private static IPAddress? ConnectFrom(SafeFileHandle netns, IPAddress address, int port, TcpListener listener) =>
        PrivateNamespace.In(netns, () => Connect(address, port, listener, TimeSpan.FromSeconds(10)));

    private static bool IsBlocked(SafeFileHandle netns, IPAddress address, int port, TcpListener listener) =>
        PrivateNamespace.In(netns, () => Connect(address, port, listener, TimeSpan.FromSeconds(1))) is null;

    private static bool IsAnsweredByDatagram(SafeFileHandle from, SafeFileHandle at, IPAddress address, int port)
    {
        using var server = PrivateNamespace.In(at, () => new UdpClient(new IPEndPoint(address, port)));
        using var client = PrivateNamespace.In(from, () => new UdpClient(AddressFamily.InterNetwork));
        server.Client.ReceiveTimeout = 10_000;
        client.Send([1], new IPEndPoint(address, port));
        IPEndPoint? sender = null;
        return server.Receive(ref sender) is [1];
    }

    /// <returns>The address that the listener saw; null when the connection failed.</returns>
    private static IPAddress? Connect(IPAddress address, int port, TcpListener listener, TimeSpan patience)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using var deadline = new CancellationTokenSource(patience);
        try
        {
            Task.Run(async () => await socket.ConnectAsync(address, port, deadline.Token)).GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            return null;
        }

        using var accepted = listener.AcceptSocket();
        return ((IPEndPoint)accepted.RemoteEndPoint!).Address;
    }
}
