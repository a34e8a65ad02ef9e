using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Paas.ControlPlane.Discovery;
using Paas.ControlPlane.Domain;
using Paas.ControlPlane.Health;
using Paas.ControlPlane.Store;

namespace Paas.ControlPlane.Reconcile;

/// <summary>
/// Makes what is observed equal to what is wanted, for all apps: a loop for each, woken by whatever changes, and by time. Its start
/// adopts what runs already; its end leaves everything running.
/// </summary>
internal sealed partial class Reconciler(
    ControlPlaneOptions options,
    Observer observer,
    Executor executor,
    HealthMonitor health,
    AppStore apps,
    InstanceStore instances,
    INode node,
    ContainerView containers,
    RouteTable routes,
    RouterLink link,
    RouterClient router,
    AppChanges changes,
    TimeProvider time,
    ILogger<Reconciler> log) : IAsyncDisposable
{
    private static readonly TimeSpan Refresh = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Upkeep = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StaleRoutesPatience = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, Lazy<AppLoop>> _loops = new();
    private readonly ConcurrentBag<Task> _tasks = [];
    private readonly CancellationTokenSource _stop = new();

    /// <summary>Prepares the host, looks at what runs, and begins.</summary>
    internal async Task StartAsync(CancellationToken ct)
    {
        await node.PrepareAsync(ct);
        await containers.RefreshAsync(ct);
        var stale = DropStaleRoutes();
        Keep(link.RunAsync);
        // After a reboot a new sandbox could get an address that the router still has for another app.
        if (stale) await RouterFollowedAsync(ct);
        containers.Changed += Signal;
        executor.Ended += Signal;
        health.Retired += Signal;
        routes.Followed += Signal;
        foreach (var app in apps.List().Select(app => app.Name).Union(instances.Apps())) Signal(app);
        Keep(WatchAsync);
        Keep(RefreshAsync);
        Keep(KeepHostAsync);
    }

    /// <summary>Ends the loops; containers go on.</summary>
    internal async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_tasks);
    }

    /// <summary>Something about the app changed.</summary>
    internal void Signal(string app)
    {
        // The platform's own route has no app behind it.
        if (app != AppName.Platform) LoopOf(app).Signal();
    }

    /// <summary>The app as it is wanted and as it is.</summary>
    internal AppState Observe(string app) => observer.Observe(app, LoopOf(app).Book);

    /// <summary>An app begins, perhaps with the name of one that was destroyed.</summary>
    internal void Begin(string app)
    {
        LoopOf(app).Book.ReleaseAll();
        Signal(app);
    }

    /// <summary>What failed to start in these slots waits no longer: the next pass tries it.</summary>
    internal void Retry(string app, IEnumerable<Slot> slots)
    {
        foreach (var slot in slots) LoopOf(app).Book.Release(slot);
    }

    /// <summary>Why the last restart of an instance was given up; null where that is not known.</summary>
    internal string? WhyAbandoned(string app, string container) => LoopOf(app).Book.Abandoned(container);

    /// <summary>Why the last check of an instance failed, or null.</summary>
    internal string? ProblemOf(InstanceState instance) => LoopOf(instance.Instance.App).Book.Health(instance.Container, instance.Start).Problem;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private AppLoop LoopOf(string app) => _loops.GetOrAdd(app, name => new Lazy<AppLoop>(() =>
    {
        var loop = new AppLoop(name, observer, executor, router, changes, new ReconcileLimits(options.DrainTimeout, options.RouterTimeout), time, log);
        Keep(loop.RunAsync);
        return loop;
    })).Value;

    private void Keep(Func<CancellationToken, Task> run) => _tasks.Add(Task.Run(() => run(_stop.Token), CancellationToken.None));

    private bool DropStaleRoutes()
    {
        var alive = containers.All()
            .Select(container => (container.App, Address: containers.Find(container.Id) is { Lost: false, State.Address: { } address } ? address : null))
            .ToHashSet();
        var changed = false;
        foreach (var entry in routes.Snapshot().Apps.Where(entry => entry.Name != AppName.Platform))
        {
            var kept = entry.Endpoints.Where(endpoint => alive.Contains((entry.Name, endpoint.Address[..endpoint.Address.LastIndexOf(':')]))).ToList();
            if (kept.Count == entry.Endpoints.Count) continue;
            routes.Publish(entry.Name, entry with { Endpoints = kept, Reason = kept.Count > 0 ? null : $"{entry.Name} is starting" });
            changed = true;
        }

        return changed;
    }

    private async Task RouterFollowedAsync(CancellationToken ct)
    {
        var began = time.GetTimestamp();
        while (!routes.IsAcknowledged && time.GetElapsedTime(began) < StaleRoutesPatience) await Task.Delay(20, ct);
    }

    private async Task WatchAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await containers.WatchAsync(ct);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                LogWatchFailed(error);
            }

            await PauseAsync(TimeSpan.FromSeconds(1), ct);
        }
    }

    private async Task RefreshAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await containers.RefreshAsync(ct);
                await RemoveOrphansAsync(ct);
            }
            catch (Exception error) when (!ct.IsCancellationRequested)
            {
                LogWatchFailed(error);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await PauseAsync(Refresh, ct);
        }
    }

    // Not in the loop above: what does not end, as a process that waits for a disk, takes its time at each attempt.
    private async Task KeepHostAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                foreach (var notice in await node.KeepAsync(ct)) LogNotice(notice);
            }
            catch (Exception error) when (!ct.IsCancellationRequested)
            {
                LogUpkeepFailed(error);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await PauseAsync(Upkeep, ct);
        }
    }

    // The row is written before the container is made, so a container of ours without one belongs to nobody.
    private async Task RemoveOrphansAsync(CancellationToken ct)
    {
        var found = containers.All();
        var known = instances.Containers();
        foreach (var (id, app) in found.Where(container => !known.Contains(container.Id)))
        {
            LogOrphan(id, app);
            await node.RemoveAsync(id, ct);
            containers.Remove(id);
        }
    }

    private async Task PauseAsync(TimeSpan wait, CancellationToken ct)
    {
        try
        {
            await Task.Delay(wait, time, ct);
        }
        catch (OperationCanceledException)
        {
            // The end; the caller's loop sees it.
        }
    }

    [LoggerMessage(2301, LogLevel.Error, "Looking at the containers failed and will be tried again")]
    private partial void LogWatchFailed(Exception error);

    [LoggerMessage(2302, LogLevel.Warning, "Container {Container} of {App} is nobody's and is removed")]
    private partial void LogOrphan(string container, string app);

    [LoggerMessage(2303, LogLevel.Error, "Looking after the host failed and will be tried again")]
    private partial void LogUpkeepFailed(Exception error);

    [LoggerMessage(2304, LogLevel.Warning, "Host: {Notice}")]
    private partial void LogNotice(string notice);
}
