using Paas.Contracts.Api;
using Paas.Contracts.Routing;
using Paas.ControlPlane.Domain;

namespace Paas.ControlPlane.Reconcile;

internal static partial class ReconcilePlan
{
    /// <summary>
    /// The release whose instances visitors reach: the live one until the switch, the new one from the switch on, but never a new one
    /// that has nothing to answer with.
    /// </summary>
    internal static WantedRelease? Serving(AppState state)
    {
        if (state.Deployment is not { Status: DeploymentStatus.Switching } deployment) return state.Live;
        var version = deployment.Release.Version;
        var answers = !WantsWeb(state, deployment)
            || state.Instances.Any(instance => instance.Serving && instance.Instance.Release == version && instance.Instance.Type == Formations.Web);
        return answers ? deployment.Release : state.Live;
    }

    /// <summary>The app's entry in the router's table; null once it is destroyed.</summary>
    internal static RoutedApp? Entry(AppState state)
    {
        if (!state.Exists) return null;
        var serving = Serving(state);
        var endpoints = Keep(state, Wanted(state)).Values
            .Where(instance => instance.Serving && instance.Address is not null && instance.Instance.Release == serving?.Version)
            .OrderBy(instance => instance.Instance.Type, StringComparer.Ordinal).ThenBy(instance => instance.Instance.Number)
            .Select(instance => new RoutedEndpoint(instance.Instance.Name, instance.Instance.Type, instance.Address!))
            .ToList();
        return new RoutedApp(state.App, state.Hosts, endpoints, endpoints.Count > 0 ? null : Reason(state, serving));
    }

    private static string Reason(AppState state, WantedRelease? serving)
    {
        if (serving is null)
        {
            return state.Deployment is null
                ? $"{state.App} has not been deployed yet; git push paas main"
                : $"{state.App} is being deployed for the first time";
        }

        if (!serving.Types.Contains(Formations.Web)) return $"{state.App} has no web process";
        if (state.Formation.GetValueOrDefault(Formations.Web) == 0) return $"{state.App} is scaled to zero; paas scale web=1 -a {state.App}";
        return $"{state.App} has no web process that is up; paas ps -a {state.App} and paas logs -a {state.App} tell why";
    }

    internal static bool Same(RoutedApp? one, RoutedApp? other)
    {
        if (one is null || other is null) return one is null && other is null;
        return one.Name == other.Name && one.Reason == other.Reason && one.AccessLog == other.AccessLog
            && one.Hosts.SequenceEqual(other.Hosts) && one.Endpoints.SequenceEqual(other.Endpoints);
    }
}
