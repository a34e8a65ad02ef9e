using Paas.ControlPlane.Deployments;

namespace Paas.ControlPlane.Reconcile;

internal static partial class ReconcilePlan
{
    /// <summary>True when in each of the slots that are still wanted another instance than these serves, and the router knows.</summary>
    internal static bool IsRestarted(AppState state, IReadOnlySet<Slot> slots, IReadOnlySet<string> before)
    {
        var wanted = Wanted(state);
        var kept = Keep(state, wanted);
        return wanted.Where(slots.Contains).All(slot => kept.TryGetValue(slot, out var instance) && instance.Serving && !before.Contains(instance.Container))
            && IsServed(state);
    }

    // The one that is to take the place of another; null where there is none, or none is to.
    private static InstanceState? Successor(AppState state, InstanceState? holder) => holder is not { Outgoing: true } ? null : state.Instances
        .Where(instance => instance.Slot == holder.Slot && Remains(instance) && !instance.Outgoing)
        .OrderBy(instance => instance.Instance.CreatedAt).ThenBy(instance => instance.Container, StringComparer.Ordinal)
        .FirstOrDefault();

    private static IEnumerable<AbandonRestart> AbandonedRestarts(AppState state, Dictionary<Slot, InstanceState> kept)
    {
        foreach (var holder in kept.Values.Where(instance => instance.Outgoing))
        {
            if (Successor(state, holder) is { } successor)
            {
                if (HasFailed(successor)) yield return new AbandonRestart(holder.Container, successor.Container, ProblemOf(successor), null);
            }
            else if (state.Holds.FirstOrDefault(hold => hold.Slot == holder.Slot && hold.Error is not null) is { } hold)
            {
                yield return new AbandonRestart(holder.Container, null, DeploymentProblem.NotStarted, $"{hold.Slot.Name} could not be started: {hold.Error}");
            }
        }
    }
}
