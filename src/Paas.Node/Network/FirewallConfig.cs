using System.Net;
using System.Text;

namespace Paas.Node.Network;

/// <summary>What sandboxes may talk to.</summary>
/// <param name="Bridge">Their bridge; also names the table, so that two nodes on one host do not touch each other.</param>
/// <param name="Subnet">Their addresses.</param>
/// <param name="RouterPorts">TCP ports of the host that they reach.</param>
/// <param name="Resolvers">DNS servers that they reach even where one is the host itself, or has an address that is <see cref="Forbidden"/>.</param>
public sealed record FirewallConfig(string Bridge, Ipv4Subnet Subnet, IReadOnlyList<int> RouterPorts, IReadOnlyList<IPAddress> Resolvers)
{
    /// <summary>
    /// Never reached by way of the host: link-local with the clouds' metadata services, one cloud's metadata elsewhere, multicast.
    /// </summary>
    public static IReadOnlyList<string> Forbidden { get; } = ["169.254.0.0/16", "100.100.100.200", "224.0.0.0/3"];

    /// <summary>Name of the nft table in the family <c>inet</c>.</summary>
    public string Table => Bridge == "paas0" ? "paas" : "paas_" + Sanitized;

    /// <summary>Start of the iptables chains' names, at most 20 bytes.</summary>
    public string ChainPrefix => "PAAS-" + Sanitized.ToUpperInvariant();

    private string Sanitized
    {
        get
        {
            var name = new StringBuilder(Bridge.Length);
            foreach (var c in Bridge) name.Append(char.IsAsciiLetterOrDigit(c) ? c : '_');
            return name.ToString();
        }
    }
}
