using Paas.ControlPlane.Domain;

namespace Paas.ControlPlane.Reconcile;

/// <summary>How long the plan waits for others.</summary>
internal sealed record ReconcileLimits(TimeSpan Drain, TimeSpan Router);

/// <summary>
/// The difference between what is wanted and what is, as things to do now. Pure: the same state and time give the same plan, and a
/// plan that is carried out, partly or twice, only brings the next one nearer to empty. Order of safety: an instance leaves the
/// table, the router says so, its requests end, and only then does it stop; a release takes over only when all of it is healthy.
/// </summary>
internal static partial class ReconcilePlan
{
    /// <summary>What to do now; empty when there is nothing to do before something changes or time passes.</summary>
    internal static IReadOnlyList<ReconcileAction> For(AppState state, ReconcileLimits limits, DateTimeOffset now)
    {
        var actions = new List<ReconcileAction>();
        var wanted = Wanted(state);
        var kept = Keep(state, wanted);
        actions.AddRange(Deployment(state, kept, limits, now));
        actions.AddRange(AbandonedRestarts(state, kept));
        actions.AddRange(Retirements(state, kept));
        actions.AddRange(Starts(state, wanted, kept, now));
        actions.AddRange(Checks(state));
        var entry = Entry(state);
        if (!Same(entry, state.Routes.Published)) actions.Add(new PublishRoutes(entry));
        else actions.AddRange(Endings(state, limits, now));
        return actions;
    }

    /// <summary>True when every wanted instance of the live release is healthy and the router serves just those.</summary>
    internal static bool IsSettled(AppState state)
    {
        if (state.Deployment is not null) return false;
        var wanted = Wanted(state);
        var kept = Keep(state, wanted);
        return wanted.All(slot => kept.TryGetValue(slot, out var instance) && instance is { Serving: true, Outgoing: false })
            && state.Instances.All(instance => instance.Retired || kept.GetValueOrDefault(instance.Slot)?.Container == instance.Container)
            && IsServed(state);
    }

    // The router serves what the plan would tell it now.
    private static bool IsServed(AppState state) => Same(Entry(state), state.Routes.Published) && state.Routes.Acknowledged;

    /// <summary>Every slot that should have an instance: those of the live release and of the one on its way.</summary>
    internal static IReadOnlyList<Slot> Wanted(AppState state)
    {
        if (!state.Exists) return [];
        var releases = new[] { state.Live, state.Deployment?.Release }.OfType<WantedRelease>().DistinctBy(release => release.Version);
        return
        [
            .. from release in releases
               from type in release.Types.Order(StringComparer.Ordinal)
               from number in Enumerable.Range(1, state.Formation.GetValueOrDefault(type))
               select new Slot(type, number, release.Version),
        ];
    }

    // One instance for each slot: the one that serves, else the one that is furthest, else the oldest. One that is to be replaced
    // keeps its place until another serves.
    private static Dictionary<Slot, InstanceState> Keep(AppState state, IReadOnlyList<Slot> wanted)
    {
        var slots = wanted.ToHashSet();
        return state.Instances
            .Where(instance => slots.Contains(instance.Slot) && Remains(instance))
            .GroupBy(instance => instance.Slot)
            .ToDictionary(group => group.Key, group => group
                .OrderByDescending(instance => instance.Serving && !instance.Outgoing)
                .ThenByDescending(instance => instance.Outgoing)
                .ThenByDescending(instance => instance.Serving ? 2 : instance.Running ? 1 : 0)
                .ThenBy(instance => instance.Instance.CreatedAt)
                .ThenBy(instance => instance.Container, StringComparer.Ordinal)
                .First());
    }

    private static bool Remains(InstanceState instance) => !instance.Retired && !instance.Dead && instance.Operation != InstanceOperation.Ending;

    private static IEnumerable<ReconcileAction> Retirements(AppState state, Dictionary<Slot, InstanceState> kept) =>
        from instance in state.Instances
        where Remains(instance)
        let holder = kept.GetValueOrDefault(instance.Slot)
        where holder?.Container != instance.Container && Successor(state, holder)?.Container != instance.Container
        select new RetireInstance(instance.Container);

    private static IEnumerable<ReconcileAction> Starts(AppState state, IReadOnlyList<Slot> wanted, Dictionary<Slot, InstanceState> kept, DateTimeOffset now) =>
        from slot in wanted
        let holder = kept.GetValueOrDefault(slot)
        where holder is null || (holder.Outgoing && Successor(state, holder) is null)
        where !state.Holds.Any(hold => hold.Slot == slot && hold.Until > now)
        select new StartInstance(slot);

    private static IEnumerable<ReconcileAction> Checks(AppState state) =>
        from instance in state.Instances
        where instance.Running && !instance.Retired && instance.Operation == InstanceOperation.None
        where instance.Health == InstanceHealth.Unknown
            || (instance.Health == InstanceHealth.Failed && instance.Instance.Release == state.Live?.Version)
        select new CheckInstance(instance.Container);

    // Only called when the newest table is as wanted, so whatever is not in it is on its way out of the router.
    private static IEnumerable<ReconcileAction> Endings(AppState state, ReconcileLimits limits, DateTimeOffset now)
    {
        foreach (var instance in state.Instances.Where(instance => instance.Operation == InstanceOperation.None))
        {
            // Its address must not go to another sandbox while the router may still send visitors there.
            if (instance.Instance.WasRouted && !state.Routes.Acknowledged) continue;
            if (instance.Dead) yield return new RemoveInstance(instance.Container);
            else if (instance.Instance.RetiredAt is { } retired && Drained(instance, now - retired, limits, state.Exists))
                yield return new StopInstance(instance.Container, AtOnce: !state.Exists);
        }
    }

    private static bool Drained(InstanceState instance, TimeSpan waited, ReconcileLimits limits, bool appExists) =>
        !appExists || !instance.Instance.WasRouted || !instance.Running || instance.Requests == 0 || waited >= limits.Drain;
}
