using System.Collections.Immutable;
using Paas.Contracts.Routing;
using Paas.Router.Access;

namespace Paas.Router.Table;

/// <summary>The table requests are served from, and its replacement. Endpoints known to both tables keep their connections and counts.</summary>
internal sealed class LiveTable(AccessLog accessLog) : IDisposable
{
    private readonly Lock swapping = new();
    private readonly List<Endpoint> leaving = [];
    private Dictionary<EndpointKey, Endpoint> endpoints = [];
    private volatile RouteTable current = RouteTable.Empty;

    public RouteTable Current => current;

    /// <summary>Serves from a snapshot that keeps <see cref="SnapshotRules"/>. Every request that comes after the return is routed by it.</summary>
    public void Apply(RouterSnapshot snapshot)
    {
        lock (swapping)
        {
            var next = new Dictionary<EndpointKey, Endpoint>();
            var apps = new List<AppRoute>(snapshot.Apps.Count);
            var hosts = new List<KeyValuePair<string, AppRoute>>(snapshot.Apps.Count * 2);
            foreach (var app in snapshot.Apps)
            {
                var route = new AppRoute(
                    app.Name, Endpoints(app, next), app.Reason, app.AccessLog ? accessLog.Source(app.Name) : null);
                apps.Add(route);
                foreach (var host in app.Hosts) hosts.Add(new(host, route));
            }

            var previous = endpoints;
            endpoints = next;
            current = new RouteTable(snapshot.Generation, apps, hosts);
            Retire(previous.Where(entry => !next.ContainsKey(entry.Key)).Select(entry => entry.Value));
            accessLog.Keep([.. apps.Where(app => app.Access is not null).Select(app => app.Name)]);
        }
    }

    /// <summary>The load of every endpoint by address, those that left the table included until they are idle.</summary>
    public IReadOnlyList<EndpointLoad> Loads()
    {
        lock (swapping)
        {
            leaving.RemoveAll(endpoint => endpoint.Requests == 0);
            return [.. endpoints.Values.Concat(leaving)
                .GroupBy(endpoint => endpoint.Key.Address)
                .Select(same => new EndpointLoad(same.Key, same.Sum(endpoint => endpoint.Requests)))];
        }
    }

    public void Dispose()
    {
        lock (swapping)
        {
            foreach (var endpoint in endpoints.Values.Concat(leaving)) endpoint.Dispose();
        }
    }

    private ImmutableArray<Endpoint> Endpoints(RoutedApp app, Dictionary<EndpointKey, Endpoint> next)
    {
        var made = ImmutableArray.CreateBuilder<Endpoint>(app.Endpoints.Count);
        foreach (var routed in app.Endpoints)
        {
            var key = new EndpointKey(app.Name, routed.Name, routed.Address);
            if (!endpoints.TryGetValue(key, out var endpoint))
            {
                if (!EndpointAddress.TryParse(routed.Address, out var address)) throw new FormatException(routed.Address);
                endpoint = new Endpoint(key, address);
            }

            next.Add(key, endpoint);
            made.Add(endpoint);
        }

        return made.MoveToImmutable();
    }

    private void Retire(IEnumerable<Endpoint> gone)
    {
        leaving.RemoveAll(endpoint => endpoint.Requests == 0);
        foreach (var endpoint in gone)
        {
            endpoint.Retire();
            if (endpoint.Requests > 0) leaving.Add(endpoint);
        }
    }
}
