using System.Net;
using Paas.Contracts.Errors;
using Paas.Contracts.Supervision;
using Paas.Linux.Netlink;

namespace Paas.Node.Network;

/// <summary>The host's side of the sandboxes' network: bridge, firewall, forwarding, addresses.</summary>
public sealed class HostNetwork
{
    private readonly NodeOptions _options;
    private readonly Ipv4Subnet _subnet;
    private readonly AddressPool _pool;
    private readonly Forwarding _forwarding;

    public HostNetwork(NodeOptions options)
    {
        _options = options;
        _subnet = Ipv4Subnet.Parse(options.Subnet);
        _pool = new AddressPool(_subnet, Random.Shared.Next());
        _forwarding = new Forwarding("/proc/sys/net/ipv4/ip_forward", Path.Combine(options.DataDirectory, "node", "ip_forward"));
    }

    /// <summary>Makes bridge, firewall and forwarding; idempotent. Works in the network namespace of the calling thread.</summary>
    /// <exception cref="PaasException">Conflict when the subnet or the bridge's name is in use by something else.</exception>
    public async Task PrepareAsync(CancellationToken ct)
    {
        using (var netlink = RtNetlink.Open()) MakeBridge(netlink);
        _forwarding.Enable();
        await Firewall.ApplyAsync(FirewallConfig(), ct);
    }

    /// <summary>What of firewall and forwarding is no longer as <see cref="PrepareAsync"/> made it; null where all of it is.</summary>
    public async Task<string?> FindLossAsync(CancellationToken ct)
    {
        // First: in the network namespace of the calling thread.
        if (!_forwarding.IsOn) return "forwarding of packets, without which no app reaches the network, is switched off";
        return await Firewall.FindLossAsync(FirewallConfig(), ct);
    }

    /// <summary>Removes bridge and firewall and restores the forwarding; idempotent.</summary>
    public async Task ReleaseAsync(CancellationToken ct)
    {
        using (var netlink = RtNetlink.Open())
        {
            if (netlink.Find(_options.Bridge) is { } bridge) netlink.Delete(bridge);
        }

        _forwarding.Restore();
        await Firewall.RemoveAsync(FirewallConfig(), ct);
    }

    /// <summary>Takes an address and describes the sandbox that gets it.</summary>
    /// <exception cref="PaasException">The subnet is used up.</exception>
    public SandboxNetwork Take() => Describe(_pool.Take());

    /// <summary>Takes the address of a container found on disk.</summary>
    public void Adopt(SandboxNetwork? sandbox)
    {
        if (sandbox is not null && IPAddress.TryParse(sandbox.Address, out var address)) _pool.Take(address);
    }

    /// <summary>Deletes what may be left of a sandbox's interface and gives its address back; idempotent.</summary>
    public void Release(SandboxNetwork? sandbox)
    {
        if (sandbox is null) return;
        SandboxLink.Delete(sandbox.HostInterface);
        if (IPAddress.TryParse(sandbox.Address, out var address)) _pool.Release(address);
    }

    private SandboxNetwork Describe(IPAddress address) => new(
        _options.Bridge,
        InterfaceName(address),
        address.ToString(),
        _subnet.PrefixLength,
        _subnet.Gateway.ToString(),
        Isolated: true,
        Mtu());

    /// <summary>Name of the host's end of a sandbox's veth pair: one per address, whatever the subnet.</summary>
    internal static string InterfaceName(IPAddress address) => $"pv{Ipv4Subnet.NumberOf(address):x8}";

    private FirewallConfig FirewallConfig() =>
        new(_options.Bridge, _subnet, _options.RouterPorts, ResolverFile.ForSandboxes(HostFiles.Read).NameServers);

    // Of the way out, where that is narrower than Ethernet (tunnels, clouds): else large packets vanish.
    private int Mtu()
    {
        if (_options.Mtu > 0) return _options.Mtu;
        using var netlink = RtNetlink.Open();
        if (netlink.DefaultRouteInterface() is not { } index) return 0;
        var mtu = netlink.List().FirstOrDefault(link => link.Index == index)?.Mtu ?? 0;
        return mtu < 1500 ? mtu : 0;
    }

    private void MakeBridge(RtNetlink netlink)
    {
        if (netlink.Find(_options.Bridge) is not { } bridge)
        {
            RequireFreeSubnet(netlink);
            // Its own and always the same, so that neighbours that remember it stay right.
            netlink.CreateBridge(_options.Bridge, [0x02, 0x50, .. _subnet.Gateway.GetAddressBytes()]);
            bridge = netlink.Find(_options.Bridge)!.Value;
        }

        var others = netlink.Addresses(bridge).Where(address => !address.Equals(_subnet.Gateway)).ToList();
        if (others.Count > 0)
        {
            throw new PaasException(
                ErrorCode.Conflict,
                $"the interface {_options.Bridge} has the address {others[0]}, not {_subnet.Gateway}",
                $"another program's? Then choose another bridge name; else remove it with: ip link delete {_options.Bridge}");
        }

        netlink.DisableLinkLocalAddress(bridge);
        netlink.AddAddress(bridge, _subnet.Gateway, _subnet.PrefixLength);
        netlink.SetUp(bridge);
    }

    private void RequireFreeSubnet(RtNetlink netlink)
    {
        foreach (var route in netlink.Routes())
        {
            if (route.PrefixLength == 0 || !_subnet.Overlaps(Ipv4Subnet.NumberOf(route.Destination), route.PrefixLength)) continue;
            var name = netlink.List().FirstOrDefault(link => link.Index == route.Interface)?.Name ?? "another interface";
            throw new PaasException(
                ErrorCode.Conflict,
                $"the subnet {_subnet} for apps overlaps {route.Destination}/{route.PrefixLength} of {name}",
                "choose another subnet for the node");
        }
    }
}
