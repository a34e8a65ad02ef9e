using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Paas.Node.Network;

/// <summary>What a sandbox's <c>resolv.conf</c> says: the host's resolvers as far as a sandbox can reach them (resolv.conf(5)).</summary>
/// <param name="NameServers">IPv4, at most three, as resolvers ignore more.</param>
/// <param name="Others">The lines <c>search</c>, <c>domain</c>, <c>options</c> and <c>sortlist</c>.</param>
public sealed record ResolverFile(IReadOnlyList<IPAddress> NameServers, IReadOnlyList<string> Others)
{
    // Where the host's only resolver is one of its own loopback and says nowhere whom it asks.
    private static readonly IPAddress[] Public = [IPAddress.Parse("1.1.1.1"), IPAddress.Parse("8.8.8.8")];

    // What keeps the resolvers behind a stub: systemd-resolved, NetworkManager, resolvconf.
    private static readonly string[] Upstream =
        ["/run/systemd/resolve/resolv.conf", "/run/NetworkManager/no-stub-resolv.conf", "/run/resolvconf/resolv.conf"];

    /// <summary>For the host's present state.</summary>
    /// <param name="read">Gives a file's text, or null where there is none.</param>
    public static ResolverFile ForSandboxes(Func<string, string?> read)
    {
        var host = Parse(read("/etc/resolv.conf") ?? "");
        if (host.NameServers.Count > 0) return host;
        foreach (var path in Upstream)
        {
            if (read(path) is { } text && Parse(text) is { NameServers.Count: > 0 } upstream)
            {
                return upstream.Others.Count > 0 ? upstream : upstream with { Others = host.Others };
            }
        }

        return host with { NameServers = Public };
    }

    /// <summary>Reads a <c>resolv.conf</c>, without the resolvers that no sandbox can reach: loopback and IPv6.</summary>
    public static ResolverFile Parse(string text)
    {
        var servers = new List<IPAddress>();
        var others = new List<string>();
        foreach (var raw in text.Split('\n'))
        {
            var words = raw.Split((char[])[' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
            if (words is ["nameserver", var address, ..] && IPAddress.TryParse(address, out var server))
            {
                var reachable = server.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(server);
                if (reachable && servers.Count < 3) servers.Add(server);
            }
            else if (words is ["search" or "domain" or "options" or "sortlist", _, ..])
            {
                // trust-ad and edns0 speak of the stub, but mean the same to any resolver.
                others.Add(string.Join(' ', words));
            }
        }

        return new ResolverFile(servers, others);
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var server in NameServers) text.Append($"nameserver {server}\n");
        foreach (var line in Others) text.Append(line).Append('\n');
        return text.ToString();
    }
}
