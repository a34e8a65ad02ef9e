using System.Text.Json;
using Paas.Contracts.Routing;
using Paas.ControlPlane.Reconcile;
using Paas.ControlPlane.Store;

namespace Paas.ControlPlane.Discovery;

/// <summary>
/// The service-discovery table: which app answers where. It is kept in the database, so that after a restart of paasd every app
/// stays where it was until something about it changes, and its generation only ever grows.
/// </summary>
internal sealed class RouteTable
{
    private const string Setting = "routes";

    private readonly Lock _lock = new();
    private readonly SettingStore _settings;
    private readonly SortedDictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private long _generation;
    private long _acknowledged;

    /// <param name="platform">The route of the platform itself.</param>
    internal RouteTable(SettingStore settings, RoutedApp platform)
    {
        _settings = settings;
        if (settings.Find(Setting) is { } text && JsonSerializer.Deserialize(text, RoutingJsonContext.Default.RouterSnapshot) is { } stored)
        {
            _generation = stored.Generation;
            foreach (var app in stored.Apps) _entries[app.Name] = new Entry(app, stored.Generation);
        }

        Publish(platform.Name, platform);
    }

    /// <summary>Wakes whoever sends the table to the router.</summary>
    internal event Action? Changed;

    /// <summary>Tells apps that the router followed.</summary>
    internal event Action<string>? Followed;

    internal long Generation
    {
        get
        {
            lock (_lock) return _generation;
        }
    }

    /// <summary>True when the router serves the newest generation as far as it said.</summary>
    internal bool IsAcknowledged
    {
        get
        {
            lock (_lock) return _acknowledged >= _generation;
        }
    }

    internal RouterSnapshot Snapshot()
    {
        lock (_lock) return Build();
    }

    internal RoutesState For(string app)
    {
        lock (_lock)
        {
            return _entries.TryGetValue(app, out var entry)
                ? new RoutesState(entry.App, _acknowledged >= entry.Generation)
                : new RoutesState(null, Acknowledged: true);
        }
    }

    /// <summary>Sets an app's entry, or with null takes it out. On return it is durable; the router gets it soon.</summary>
    internal void Publish(string name, RoutedApp? app)
    {
        lock (_lock)
        {
            if (Unchanged(name, app)) return;
            _entries[name] = new Entry(app, ++_generation);
            Save();
        }

        Changed?.Invoke();
    }

    /// <summary>The router serves this generation.</summary>
    internal void Acknowledge(long generation)
    {
        List<string> followed;
        lock (_lock)
        {
            if (generation <= _acknowledged) return;
            followed = [.. _entries.Where(pair => pair.Value.Generation > _acknowledged && pair.Value.Generation <= generation).Select(pair => pair.Key)];
            _acknowledged = Math.Min(generation, _generation);
        }

        foreach (var app in followed) Followed?.Invoke(app);
    }

    /// <summary>The router serves something else: older where it lost its file, newer where our database is an older copy.</summary>
    internal void Disagree(long routerGeneration)
    {
        lock (_lock)
        {
            _acknowledged = 0;
            if (routerGeneration >= _generation)
            {
                _generation = routerGeneration + 1;
                Save();
            }
        }

        Changed?.Invoke();
    }

    private bool Unchanged(string name, RoutedApp? app)
    {
        var current = _entries.GetValueOrDefault(name)?.App;
        return app is null ? current is null : current is not null && ReconcilePlan.Same(current, app);
    }

    private RouterSnapshot Build() => new(_generation, [.. _entries.Values.Select(entry => entry.App).OfType<RoutedApp>()]);

    private void Save() => _settings.Set(Setting, JsonSerializer.Serialize(Build(), RoutingJsonContext.Default.RouterSnapshot));

    /// <param name="App">Null for an app that left: it is remembered until the process ends, so that its leaving can be acknowledged.</param>
    private sealed record Entry(RoutedApp? App, long Generation);
}
