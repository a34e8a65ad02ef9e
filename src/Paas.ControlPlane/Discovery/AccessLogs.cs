using Paas.Contracts.Routing;
using Paas.Node;

namespace Paas.ControlPlane.Discovery;

/// <summary>
/// The directories of the apps' access logs. The router writes them without privileges, so they are made for it before it hears of the
/// app, with the owner of its control socket.
/// </summary>
internal sealed class AccessLogs(string logDirectory, string routerSocket)
{
    private readonly HashSet<string> _made = new(StringComparer.Ordinal);

    /// <summary>After this the router can log every app of the table. An <see cref="IOException"/> says that the router is away.</summary>
    internal void Prepare(RouterSnapshot snapshot)
    {
        foreach (var app in snapshot.Apps.Where(app => app.AccessLog))
        {
            var directory = Path.Combine(logDirectory, app.Name, "router");
            if (_made.Contains(app.Name) && Directory.Exists(directory)) continue;
            OwnedDirectory.Ensure(directory, routerSocket);
            _made.Add(app.Name);
        }
    }
}
