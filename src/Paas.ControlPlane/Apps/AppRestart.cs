using Paas.Contracts.Errors;
using Paas.ControlPlane.Deployments;
using Paas.ControlPlane.Domain;
using Paas.ControlPlane.Logs;
using Paas.ControlPlane.Reconcile;
using Paas.ControlPlane.Store;

namespace Paas.ControlPlane.Apps;

/// <summary>
/// Puts new instances of the same release in the place of those there are. Each goes on until the one that follows it passes its
/// check, and for good where that one does not.
/// </summary>
internal sealed class AppRestart(
    ControlPlaneOptions options, AppStore apps, ReleaseStore releases, InstanceStore instances, InstanceTable table, Reconciler reconciler, Deployer deployer, AppTurns turns,
    PlatformLog log, TimeProvider time)
{
    /// <summary>
    /// Returns when all that were asked for are replaced. A caller that goes away does not stop it. NotFound for a process the app does
    /// not have, Conflict where nothing of it runs, DeploymentFailed where one does not come up.
    /// </summary>
    /// <param name="names">Types and instances, <c>web</c> or <c>web.1</c>; all where there are none.</param>
    internal async Task RunAsync(string app, IReadOnlyList<string> names, CancellationToken ct)
    {
        apps.Get(app);
        using var turn = await turns.TakeAsync(app, ct);
        apps.Get(app);
        var state = reconciler.Observe(app);
        var slots = Chosen(state, names);
        var before = state.Instances.Where(instance => slots.Contains(instance.Slot) && !instance.Retired).Select(instance => instance.Container).ToHashSet();
        // First: what a start failed of before is no reason to give this one up.
        reconciler.Retry(app, slots);
        instances.AskRestart(before, time.GetUtcNow());
        log.Write(app, $"restarting {string.Join(" ", slots.Select(slot => slot.Name))}");
        await deployer.SettleAsync(
            app, options.CheckTimeout + options.RouterTimeout, now => ReconcilePlan.IsRestarted(now, slots, before), now => ProblemAsync(now, slots, before, ct), ct);
    }

    private HashSet<Slot> Chosen(AppState state, IReadOnlyList<string> names)
    {
        var wanted = ReconcilePlan.Wanted(state).Where(slot => slot.Release == state.Live?.Version).ToList();
        foreach (var name in names) CheckNamed(state, wanted, name);
        var chosen = names.Count == 0 ? wanted : wanted.Where(slot => names.Contains(slot.Type) || names.Contains(slot.Name));
        var slots = chosen.ToHashSet();
        return slots.Count > 0 ? slots
            : state.Live is null ? throw new PaasException(ErrorCode.Conflict, $"{state.App} has no release to restart", "git push paas main makes the first one.")
            : throw Idle(state, "nothing", Formations.Web);
    }

    private void CheckNamed(AppState state, List<Slot> wanted, string name)
    {
        if (wanted.Any(slot => slot.Type == name || slot.Name == name)) return;
        var types = state.Live is { } live ? Formations.ScalableTypes(releases.Get(state.App, live.Version).Processes).Order(StringComparer.Ordinal).ToList() : [];
        if (types.Contains(name)) throw Idle(state, $"no {name}", name);
        var running = wanted.Count == 0 ? $"It has {string.Join(", ", types)}." : $"What runs is {string.Join(", ", wanted.Select(slot => slot.Name))}.";
        throw new PaasException(ErrorCode.NotFound, $"{state.App} has no process {name}", types.Count == 0 ? "git push paas main brings its processes." : running);
    }

    private static PaasException Idle(AppState state, string what, string type) => new(
        ErrorCode.Conflict, $"{what} of {state.App} runs that could be restarted", $"paas scale {type}=1 -a {state.App} starts one.");

    private async Task<string?> ProblemAsync(AppState state, HashSet<Slot> slots, HashSet<string> before, CancellationToken ct)
    {
        foreach (var instance in state.Instances.Where(instance => before.Contains(instance.Container) && !instance.Retired && !instance.Outgoing))
        {
            var why = reconciler.WhyAbandoned(state.App, instance.Container) ?? "its successor did not come up";
            return $"{instance.Instance.Name} was not restarted: {why}";
        }

        // Where the one before is gone too, as one that had lost its supervisor.
        var bare = slots.Where(slot => !state.Instances.Any(instance => instance.Slot == slot && before.Contains(instance.Container))).ToHashSet();
        return await table.ProblemAsync(state, bare.Contains, ct);
    }
}
