using Paas.Contracts.Api;
using Paas.Contracts.Supervision;
using Paas.ControlPlane.Deployments;
using Paas.ControlPlane.Domain;

namespace Paas.ControlPlane.Reconcile;

internal static partial class ReconcilePlan
{
    private static IEnumerable<ReconcileAction> Deployment(
        AppState state, Dictionary<Slot, InstanceState> kept, ReconcileLimits limits, DateTimeOffset now)
    {
        foreach (var draining in state.Draining)
        {
            // Versions only grow, so whatever is older was replaced by it or by one before it.
            if (!state.Instances.Any(instance => instance.Instance.Release < draining.Release.Version))
                yield return new AdvanceDeployment(draining.Id, DeploymentEvent.Drained);
        }

        if (state.Deployment is not { } deployment) yield break;
        if (Failure(state, deployment, limits, now) is { } failure) yield return failure;
        else if (Progress(state, deployment, kept) is { } @event) yield return new AdvanceDeployment(deployment.Id, @event);
    }

    private static DeploymentEvent? Progress(AppState state, WantedDeployment deployment, Dictionary<Slot, InstanceState> kept)
    {
        var slots = Wanted(state).Where(slot => slot.Release == deployment.Release.Version);
        return deployment.Status switch
        {
            DeploymentStatus.Pending => DeploymentEvent.Begin,
            DeploymentStatus.Starting when slots.All(slot => kept.TryGetValue(slot, out var instance) && instance.Running) => DeploymentEvent.Started,
            DeploymentStatus.Checking when slots.All(slot => kept.TryGetValue(slot, out var instance) && instance.Serving) => DeploymentEvent.Healthy,
            DeploymentStatus.Switching when RouterFollowed(state, deployment) => DeploymentEvent.Switched,
            _ => null,
        };
    }

    private static FailDeployment? Failure(AppState state, WantedDeployment deployment, ReconcileLimits limits, DateTimeOffset now)
    {
        var version = deployment.Release.Version;
        var mine = state.Instances.Where(instance => instance.Instance.Release == version && !instance.Retired).ToList();
        if (deployment.Status == DeploymentStatus.Switching) return FailureWhileSwitching(state, deployment, mine, limits, now);
        if (mine.FirstOrDefault(HasFailed) is { } failed) return Because(deployment, failed);
        return state.Holds.FirstOrDefault(hold => hold.Slot.Release == version && hold.Error is not null) is { } hold
            ? new FailDeployment(deployment.Id, null, DeploymentProblem.NotStarted, $"{hold.Slot.Name} could not be started: {hold.Error}")
            : null;
    }

    // All of it was healthy a moment ago. One that ends now is its supervisor's business, unless nothing else is left to serve.
    private static FailDeployment? FailureWhileSwitching(
        AppState state, WantedDeployment deployment, List<InstanceState> mine, ReconcileLimits limits, DateTimeOffset now)
    {
        var webs = mine.Where(instance => instance.Instance.Type == Formations.Web).ToList();
        if (WantsWeb(state, deployment) && !webs.Any(instance => instance.Serving) && webs.FirstOrDefault(HasFailed) is { } last)
            return Because(deployment, last);
        return !RouterFollowed(state, deployment) && now - deployment.Since >= limits.Router
            ? new FailDeployment(deployment.Id, null, DeploymentProblem.RouterSilent, null)
            : null;
    }

    private static FailDeployment Because(WantedDeployment deployment, InstanceState instance) => new(deployment.Id, instance.Container, ProblemOf(instance), null);

    private static DeploymentProblem ProblemOf(InstanceState failed) =>
        failed.Status == SupervisedStatus.Failed ? DeploymentProblem.NotStarted
        : failed.Health == InstanceHealth.Failed && failed.Exits == 0 ? DeploymentProblem.Unhealthy
        : DeploymentProblem.Exited;

    private static bool HasFailed(InstanceState instance) =>
        instance.Known && !instance.Lost
        && (instance.Exits > 0 || instance.Health == InstanceHealth.Failed
            || instance.Status is SupervisedStatus.Failed or SupervisedStatus.Exited or SupervisedStatus.Backoff);

    private static bool WantsWeb(AppState state, WantedDeployment deployment) =>
        deployment.Release.Types.Contains(Formations.Web) && state.Formation.GetValueOrDefault(Formations.Web) > 0;

    // A worker needs no router, and an app without one must be deployable while the router is away.
    private static bool RouterFollowed(AppState state, WantedDeployment deployment)
    {
        if (Serving(state) != deployment.Release || !Same(Entry(state), state.Routes.Published)) return false;
        return state.Routes.Acknowledged || !(WantsWeb(state, deployment) || state.Instances.Any(instance => instance.Instance.WasRouted));
    }
}
