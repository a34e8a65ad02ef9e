using System.Text;

namespace Paas.Node.Network;

/// <summary>
/// The same firewall for iptables, where the kernel has no nft: chains of our own, filled by one <c>iptables-restore</c>, and
/// a jump to each from the built-in chain.
/// </summary>
public static class IptablesRuleset
{
    /// <summary>Our chains and where each is jumped to from.</summary>
    public static IReadOnlyList<(string Table, string Builtin, string Chain)> Chains(FirewallConfig config) =>
    [
        ("nat", "POSTROUTING", config.ChainPrefix + "-OUT"),
        ("filter", "FORWARD", config.ChainPrefix + "-FWD"),
        ("filter", "INPUT", config.ChainPrefix + "-IN"),
    ];

    /// <summary>Input for <c>iptables-restore --noflush</c>: makes or refills our chains and touches nothing else.</summary>
    public static string Apply(FirewallConfig config)
    {
        var (output, forward, input) = (config.ChainPrefix + "-OUT", config.ChainPrefix + "-FWD", config.ChainPrefix + "-IN");
        var text = new StringBuilder();
        text.Append($"*nat\n:{output} - [0:0]\n-A {output} -s {config.Subnet} ! -o {config.Bridge} -j MASQUERADE\nCOMMIT\n");
        text.Append($"*filter\n:{forward} - [0:0]\n:{input} - [0:0]\n");
        text.Append($"-A {forward} ! -i {config.Bridge} ! -o {config.Bridge} -j RETURN\n");
        text.Append($"-A {forward} -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT\n");
        text.Append($"-A {forward} -o {config.Bridge} -j DROP\n");
        // Clouds answer for names at the very address of their metadata service: that port of it, and no other.
        foreach (var rule in ToResolvers(config)) text.Append($"-A {forward} -s {config.Subnet} {rule}\n");
        foreach (var forbidden in FirewallConfig.Forbidden) text.Append($"-A {forward} -d {forbidden} -j REJECT\n");
        text.Append($"-A {forward} -s {config.Subnet} -j ACCEPT\n-A {forward} -j DROP\n");
        text.Append($"-A {input} ! -i {config.Bridge} -j RETURN\n");
        text.Append($"-A {input} -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT\n");
        text.Append($"-A {input} -p icmp --icmp-type echo-request -j ACCEPT\n");
        foreach (var port in config.RouterPorts.Distinct()) text.Append($"-A {input} -p tcp --dport {port} -j ACCEPT\n");
        foreach (var rule in ToResolvers(config)) text.Append($"-A {input} {rule}\n");
        text.Append($"-A {input} -j REJECT\nCOMMIT\n");
        return text.ToString();
    }

    private static IEnumerable<string> ToResolvers(FirewallConfig config) => config.Resolvers.Distinct()
        .SelectMany(resolver => (string[])[$"-d {resolver} -p udp --dport 53 -j ACCEPT", $"-d {resolver} -p tcp --dport 53 -j ACCEPT"]);
}
