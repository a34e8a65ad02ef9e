namespace Paas.Node.Network;

/// <summary>The firewall as one nft transaction (nft(8)): the whole table is replaced, or nothing is.</summary>
public static class NftRuleset
{
    /// <summary>Input for <c>nft -f -</c> that makes the table what it should be, whatever it is now.</summary>
    public static string Apply(FirewallConfig config)
    {
        var bridge = $"\"{config.Bridge}\"";
        // The first line is there so that the second cannot fail.
        return $$"""
            add table inet {{config.Table}}
            delete table inet {{config.Table}}
            table inet {{config.Table}} {
              chain postrouting {
                type nat hook postrouting priority 100; policy accept;
                ip saddr {{config.Subnet}} oifname != {{bridge}} masquerade
              }
              chain forward {
                type filter hook forward priority 0; policy accept;
                iifname {{bridge}} goto from_sandboxes
                oifname {{bridge}} goto to_sandboxes
              }
              chain from_sandboxes {
                ct state established,related accept
                oifname {{bridge}} drop
                {{Lines(ForwardedResolverRule(config))}}
                ip daddr { {{string.Join(", ", FirewallConfig.Forbidden)}} } reject with icmpx admin-prohibited
                ip saddr {{config.Subnet}} accept
                drop
              }
              chain to_sandboxes {
                ct state established,related accept
                drop
              }
              chain input {
                type filter hook input priority 0; policy accept;
                iifname {{bridge}} goto to_host
              }
              chain to_host {
                ct state established,related accept
                icmp type echo-request accept
                {{Lines(RouterRule(config), ResolverRule(config))}}
                reject with icmpx admin-prohibited
              }
            }

            """;
    }

    /// <summary>Input for <c>nft -f -</c> that removes the table, whether or not it is there.</summary>
    public static string Remove(FirewallConfig config) =>
        $"add table inet {config.Table}\ndelete table inet {config.Table}\n";

    private static string? RouterRule(FirewallConfig config) =>
        config.RouterPorts.Count == 0 ? null : $"tcp dport {{ {string.Join(", ", config.RouterPorts.Distinct())} }} accept";

    // Clouds answer for names at the very address of their metadata service: that port of it, and no other.
    private static string? ForwardedResolverRule(FirewallConfig config) =>
        ResolverRule(config) is { } rule ? $"ip saddr {config.Subnet} {rule}" : null;

    private static string? ResolverRule(FirewallConfig config) => config.Resolvers.Count == 0
        ? null
        : $"ip daddr {{ {string.Join(", ", config.Resolvers.Distinct())} }} meta l4proto {{ tcp, udp }} th dport 53 accept";

    private static string Lines(params IEnumerable<string?> rules) => string.Join("\n    ", rules.Where(rule => rule is not null));
}
