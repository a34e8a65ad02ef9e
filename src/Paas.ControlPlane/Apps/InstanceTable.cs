using System.Globalization;
using Paas.Contracts.Api;
using Paas.Contracts.Supervision;
using Paas.ControlPlane.Domain;
using Paas.ControlPlane.Health;
using Paas.ControlPlane.Reconcile;
using Paas.ControlPlane.Store;

namespace Paas.ControlPlane.Apps;

/// <summary>What an app does, as people read it.</summary>
internal sealed class InstanceTable(ContainerView containers, ReleaseStore releases, Diagnosis diagnosis, HealthMonitor health)
{
    internal static AppStatus Status(AppState state)
    {
        if (state.Deployment is not null) return AppStatus.Deploying;
        if (state.Live is null) return AppStatus.Empty;
        var wanted = ReconcilePlan.Wanted(state);
        if (wanted.Count == 0) return AppStatus.Stopped;
        return wanted.All(slot => state.Instances.Any(instance => instance.Slot == slot && instance.Serving)) ? AppStatus.Running : AppStatus.Degraded;
    }

    internal IReadOnlyList<InstanceDocument> Rows(AppState state)
    {
        var commands = state.Instances.Select(instance => instance.Instance.Release).Concat(state.Holds.Select(hold => hold.Slot.Release)).Distinct()
            .ToDictionary(version => version, version => releases.Find(state.App, version)?.Processes);
        string? Command(Slot slot) => commands[slot.Release]?.GetValueOrDefault(slot.Type);
        var rows = state.Instances.Select(instance => Row(instance, Command(instance.Slot)));
        return
        [
            .. rows.Concat(Held(state).Select(hold => Row(hold, Command(hold.Slot))))
                .OrderBy(row => row.Type != Formations.Web)
                .ThenBy(row => row.Type, StringComparer.Ordinal)
                .ThenBy(row => int.Parse(row.Name.AsSpan(row.Name.LastIndexOf('.') + 1), CultureInfo.InvariantCulture))
                .ThenByDescending(row => row.Release)
                .ThenBy(row => row.Status == InstanceStatus.Stopping),
        ];
    }

    /// <summary>Why a wanted instance of the live release is not well; null where none is known to be unwell.</summary>
    /// <param name="concerns">Slots that the question is about.</param>
    internal async Task<string?> ProblemAsync(AppState state, Func<Slot, bool> concerns, CancellationToken ct)
    {
        foreach (var slot in ReconcilePlan.Wanted(state).Where(concerns))
        {
            if (state.Holds.FirstOrDefault(hold => hold.Slot == slot && hold.Error is not null) is { } hold) return $"{slot.Name} could not be started: {hold.Error}";
            var unwell = state.Instances.FirstOrDefault(instance =>
                instance.Slot == slot && !instance.Retired && !instance.Serving && (instance.Exits > 0 || instance.Health == InstanceHealth.Failed));
            if (unwell is null) continue;
            var problem = unwell.Exits > 0 ? DeploymentProblem.Exited : DeploymentProblem.Unhealthy;
            return await diagnosis.ExplainAsync(unwell.Instance, containers.Find(unwell.Container), problem, ct);
        }

        return null;
    }

    // A slot whose start failed has no instance to show, but its owner wants to know.
    private static IEnumerable<SlotHold> Held(AppState state)
    {
        var wanted = ReconcilePlan.Wanted(state).ToHashSet();
        return state.Holds.Where(hold => hold.Error is not null && wanted.Contains(hold.Slot) && !state.Instances.Any(instance => instance.Slot == hold.Slot));
    }

    private static InstanceDocument Row(SlotHold hold, string? command) => new(
        hold.Slot.Name, hold.Slot.Type, InstanceStatus.Crashed, hold.Slot.Release, "", null, null, null, 0, hold.Error, command);

    private InstanceDocument Row(InstanceState instance, string? command)
    {
        var state = containers.Find(instance.Container)?.State;
        var verdict = instance.Running ? health.Find(instance.Container) : null;
        return new InstanceDocument(
            instance.Instance.Name,
            instance.Instance.Type,
            Status(instance),
            instance.Instance.Release,
            instance.Container,
            instance.Running ? state?.Pid : null,
            state?.Address,
            state?.StartedAt,
            state?.Restarts ?? 0,
            state?.Exits is { Count: > 0 } exits ? exits[^1].Describe() : null,
            command,
            state?.FailuresInRow ?? 0,
            state?.NextStartAt,
            verdict is null ? null : verdict.Healthy switch { null => HealthStatus.Starting, true => HealthStatus.Healthy, false => HealthStatus.Unhealthy },
            verdict?.Problem);
    }

    private static InstanceStatus Status(InstanceState instance)
    {
        if (instance.Lost) return InstanceStatus.Crashed;
        if (instance.Retired || instance.Operation == InstanceOperation.Ending) return InstanceStatus.Stopping;
        return instance.Status switch
        {
            SupervisedStatus.Running => instance.Health == InstanceHealth.Healthy ? InstanceStatus.Up : InstanceStatus.Starting,
            SupervisedStatus.Backoff or SupervisedStatus.Failed => InstanceStatus.Crashed,
            SupervisedStatus.Stopping => InstanceStatus.Stopping,
            SupervisedStatus.Exited => InstanceStatus.Exited,
            _ => InstanceStatus.Starting,
        };
    }
}
