using Paas.Contracts.Api;
using Paas.ControlPlane.Deployments;
using Paas.ControlPlane.Discovery;
using Paas.ControlPlane.Domain;
using Paas.ControlPlane.Store;

namespace Paas.ControlPlane.Reconcile;

/// <summary>Puts together what is wanted of an app and what is.</summary>
internal sealed class Observer(
    ControlPlaneOptions options, AppStore apps, ReleaseStore releases, DeploymentStore deployments, InstanceStore instances, ContainerView containers, RouteTable routes)
{
    private static readonly HashSet<string> NoTypes = [];

    /// <param name="requests">Requests under way by address; null where the router did not say.</param>
    internal AppState Observe(string name, AppBook book, IReadOnlyDictionary<string, int>? requests = null)
    {
        var app = apps.Find(name);
        var open = app is null ? [] : deployments.Open(name);
        return new AppState(
            name,
            app is not null,
            [HostOf(name)],
            app?.LiveRelease is { } live ? Wanted(name, live) : null,
            open.FirstOrDefault(one => DeploymentMachine.IsActive(one.Status)) is { } active ? Wanted(active) : null,
            [.. open.Where(one => one.Status == DeploymentStatus.Draining).Select(Wanted)],
            app is null ? new Dictionary<string, int>() : apps.Formation(name),
            [.. instances.List(name).Select(instance => Observe(instance, book, requests))],
            routes.For(name),
            book.Holds());
    }

    /// <summary>The app's default hostname.</summary>
    internal string HostOf(string app) => $"{app}.{options.Domain}";

    private InstanceState Observe(Instance instance, AppBook book, IReadOnlyDictionary<string, int>? requests)
    {
        var container = containers.Find(instance.Container);
        var state = container?.State;
        var address = state?.Address is { } ip && instance.Type == Formations.Web ? $"{ip}:{instance.Port ?? options.Port}" : null;
        var health = book.Health(instance.Container, state?.StartedAt).Health;
        if (health == InstanceHealth.Unknown && instance.HealthyStart is { } healthy && healthy == state?.StartedAt) health = InstanceHealth.Healthy;
        return new InstanceState(
            instance,
            container is not null,
            container?.Lost ?? false,
            state?.Status,
            state?.StartedAt,
            state?.Exits.Count ?? 0,
            address,
            health,
            requests is null || address is null ? null : requests.GetValueOrDefault(address),
            book.Operation(instance.Container));
    }

    private WantedDeployment Wanted(Deployment deployment) =>
        new(deployment.Id, Wanted(deployment.App, deployment.Release), deployment.Status, deployment.Steps[^1].At);

    private WantedRelease Wanted(string app, int version) =>
        new(version, releases.Find(app, version) is { } release ? Formations.ScalableTypes(release.Processes).ToHashSet() : NoTypes);
}
