using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace Paas.Router.Table;

/// <summary>Every hostname and its app: made once from a snapshot, never changed, replaced whole.</summary>
internal sealed class RouteTable
{
    private readonly FrozenDictionary<string, AppRoute> hosts;
    private readonly FrozenDictionary<string, AppRoute>.AlternateLookup<ReadOnlySpan<char>> bare;

    public RouteTable(long generation, IReadOnlyList<AppRoute> apps, IEnumerable<KeyValuePair<string, AppRoute>> hosts)
    {
        Generation = generation;
        Apps = apps;
        this.hosts = hosts.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
        bare = this.hosts.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>The table of a router that was never told anything.</summary>
    public static RouteTable Empty { get; } = new(0, [], []);

    public long Generation { get; }

    public IReadOnlyList<AppRoute> Apps { get; }

    public int Hosts => hosts.Count;

    /// <summary>The app behind a <c>Host</c> header: letter case, port and a trailing dot do not matter.</summary>
    public bool TryFind(string host, [NotNullWhen(true)] out AppRoute? app) =>
        hosts.TryGetValue(host, out app) || bare.TryGetValue(HostName.Bare(host), out app);
}
