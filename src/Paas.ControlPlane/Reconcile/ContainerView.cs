using System.Collections.Concurrent;
using Paas.Node;

namespace Paas.ControlPlane.Reconcile;

/// <summary>What the node said last about each container: fed by its changes, set right by listing now and then.</summary>
internal sealed class ContainerView(INode node)
{
    private readonly ConcurrentDictionary<string, ObservedContainer> _containers = new();

    /// <summary>Called with the app of a container that is not as before.</summary>
    internal event Action<string>? Changed;

    internal ObservedContainer? Find(string id) => _containers.GetValueOrDefault(id);

    /// <summary>Ids and apps of all containers that carry our labels.</summary>
    internal IReadOnlyList<(string Id, string App)> All() =>
        [.. _containers.Values.Where(one => one.Labels.ContainsKey(ContainerLabels.App)).Select(one => (one.Id, one.Labels[ContainerLabels.App]))];

    internal void Put(ObservedContainer container)
    {
        var changed = false;
        _containers.AddOrUpdate(
            container.Id,
            _ =>
            {
                changed = true;
                return container;
            },
            (_, current) =>
            {
                if (IsOlder(container, current)) return current;
                changed = current.Lost != container.Lost || current.State != container.State;
                return container;
            });
        if (changed && container.Labels.TryGetValue(ContainerLabels.App, out var app)) Changed?.Invoke(app);
    }

    internal void Remove(string id)
    {
        if (_containers.TryRemove(id, out var gone) && gone.Labels.TryGetValue(ContainerLabels.App, out var app)) Changed?.Invoke(app);
    }

    /// <summary>Lists everything anew.</summary>
    internal async Task RefreshAsync(CancellationToken ct)
    {
        // What is made while the list is being read is not in it and must not be taken for gone.
        var before = _containers.Keys.ToHashSet();
        var listed = await node.ListAsync(ct);
        foreach (var container in listed) Put(container);
        before.ExceptWith(listed.Select(container => container.Id));
        foreach (var id in before) Remove(id);
    }

    /// <summary>Follows the node's changes until cancelled.</summary>
    internal async Task WatchAsync(CancellationToken ct)
    {
        await foreach (var container in node.WatchAsync(ct)) Put(container);
    }

    // A list takes time, so it can be behind a change that was seen meanwhile.
    private static bool IsOlder(ObservedContainer one, ObservedContainer current)
    {
        if (one.Lost || one.State is null || current.State is null) return current.Lost && !one.Lost && one.State?.SupervisorPid == current.State?.SupervisorPid;
        var exit = one.State.Exits.Count > 0 ? one.State.Exits[^1].At : DateTimeOffset.MinValue;
        var currentExit = current.State.Exits.Count > 0 ? current.State.Exits[^1].At : DateTimeOffset.MinValue;
        return exit < currentExit;
    }
}
