using Paas.Contracts.Routing;

namespace Paas.Router.Table;

/// <summary>What a snapshot must keep to be served from. One that breaks a rule changes nothing.</summary>
internal static class SnapshotRules
{
    private const int MostProblems = 20;

    /// <summary>Every broken rule in words, up to twenty; empty when the snapshot is good.</summary>
    public static IReadOnlyList<string> Check(RouterSnapshot snapshot)
    {
        var problems = new List<string>();
        if (snapshot.Generation < 1) problems.Add($"generation {snapshot.Generation} is below 1");
        if (snapshot.Apps is null) return [.. problems, "apps is missing"];
        var apps = new HashSet<string>(StringComparer.Ordinal);
        var hosts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var app in snapshot.Apps)
        {
            if (app is null || !IsAppName(app.Name))
            {
                problems.Add($"'{app?.Name}' is no app name");
                continue;
            }

            if (!apps.Add(app.Name)) problems.Add($"app {app.Name} is listed twice");
            CheckHosts(app, hosts, problems);
            CheckEndpoints(app, problems);
            if (problems.Count >= MostProblems) return [.. problems.Take(MostProblems), "and perhaps more"];
        }

        return problems;
    }

    private static void CheckHosts(RoutedApp app, Dictionary<string, string> hosts, List<string> problems)
    {
        if (app.Hosts is null)
        {
            problems.Add($"app {app.Name}: hosts is missing");
            return;
        }

        foreach (var host in app.Hosts)
        {
            if (!HostName.IsRoutable(host)) problems.Add($"app {app.Name}: '{host}' is no lower-case hostname without a port");
            else if (!hosts.TryAdd(host, app.Name)) problems.Add($"host {host} is routed to {hosts[host]} and to {app.Name}");
        }
    }

    private static void CheckEndpoints(RoutedApp app, List<string> problems)
    {
        if (app.Endpoints is null)
        {
            problems.Add($"app {app.Name}: endpoints is missing");
            return;
        }

        var addresses = new HashSet<string>(StringComparer.Ordinal);
        foreach (var endpoint in app.Endpoints)
        {
            if (endpoint is null || !IsInstanceName(endpoint.Name))
            {
                problems.Add($"app {app.Name}: '{endpoint?.Name}' is no instance name");
            }
            else if (!EndpointAddress.TryParse(endpoint.Address, out _))
            {
                problems.Add($"app {app.Name}: {endpoint.Name} has the address '{endpoint.Address}', which is neither ip:port nor unix:/path");
            }
            else if (!addresses.Add(endpoint.Address))
            {
                problems.Add($"app {app.Name}: {endpoint.Address} is listed twice");
            }
        }
    }

    // The name becomes a directory of the access log.
    private static bool IsAppName(string? name) =>
        name is { Length: > 0 and <= 63 } && name[0] != '-' &&
        name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    // The name is written into access lines.
    private static bool IsInstanceName(string? name) =>
        name is { Length: > 0 and <= 128 } && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');
}
