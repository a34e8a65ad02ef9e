using System.Globalization;
using Microsoft.Extensions.Logging;
using Paas.Contracts.Errors;
using Paas.ControlPlane.Deployments;
using Paas.ControlPlane.Discovery;
using Paas.ControlPlane.Domain;
using Paas.ControlPlane.Health;
using Paas.ControlPlane.Logs;
using Paas.ControlPlane.Store;

namespace Paas.ControlPlane.Reconcile;

/// <summary>Carries out what a plan asks for. What takes long goes on in the background and is noted in the app's book meanwhile.</summary>
internal sealed partial class Executor(
    ControlPlaneOptions options,
    InstanceConfigs configs,
    DeploymentStore deployments,
    InstanceStore instances,
    INode node,
    ContainerView containers,
    RouteTable routes,
    InstanceCheck check,
    HealthMonitor health,
    StartupChecks startup,
    Diagnosis diagnosis,
    AppChanges changes,
    PlatformLog platformLog,
    TimeProvider time,
    ILogger<Executor> log)
{
    private static readonly TimeSpan ShortLife = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan NoGrace = TimeSpan.FromSeconds(5);

    /// <summary>Called with the app when something in the background ended.</summary>
    internal event Action<string>? Ended;

    /// <summary>Begins an action; returns when its record is made, not when its work is done.</summary>
    /// <returns>True where the plan it came from is out of date now.</returns>
    internal async Task<bool> ExecuteAsync(AppState state, ReconcileAction action, AppBook book, CancellationToken ct)
    {
        switch (action)
        {
            case StartInstance start:
                Start(state.App, start.Slot, book, ct);
                return false;
            case CheckInstance wanted:
                Check(state, Find(state, wanted.Container), book, ct);
                return false;
            case RetireInstance retire:
                instances.Retire(retire.Container, time.GetUtcNow());
                return false;
            case StopInstance stop:
                Stop(Find(state, stop.Container), stop.AtOnce ? NoGrace : options.StopGrace, book, ct);
                return false;
            case RemoveInstance remove:
                Remove(Find(state, remove.Container), book, ct);
                return false;
            case PublishRoutes publish:
                Publish(state, publish);
                return true;
            case AdvanceDeployment advance:
                Advance(state.App, advance.Id, advance.Event);
                return true;
            case FailDeployment fail:
                await FailAsync(state.App, fail, ct);
                return true;
            case AbandonRestart abandon:
                await AbandonAsync(state.App, Find(state, abandon.Container), abandon, book, ct);
                return true;
            default:
                throw new ArgumentOutOfRangeException(nameof(action), action, null);
        }
    }

    private static InstanceState Find(AppState state, string container) => state.Instances.Single(instance => instance.Container == container);

    private void Start(string app, Slot slot, AppBook book, CancellationToken ct)
    {
        var instance = new Instance(InstanceConfigs.NewContainerId(app, slot), app, slot.Type, slot.Number, slot.Release, time.GetUtcNow(), null, false, null);
        book.TryBegin(instance.Container, InstanceOperation.Starting);
        instances.Add(instance);
        InBackground(instance.Container, app, book, async () =>
        {
            try
            {
                containers.Put(await node.StartAsync(configs.For(instance), ct));
            }
            catch (Exception error) when (!ct.IsCancellationRequested)
            {
                LogStartFailed(error, app, slot.Name);
                platformLog.Write(app, $"{slot.Name} of v{slot.Release} could not be started: {error.Message}");
                book.Hold(slot, time.GetUtcNow(), error is PaasException ? error.Message : $"{error.GetType().Name}: {error.Message}");
                await node.RemoveAsync(instance.Container, ct);
                instances.Remove(instance.Container);
            }
        });
    }

    private void Check(AppState state, InstanceState instance, AppBook book, CancellationToken ct)
    {
        var start = instance.Start ?? time.GetUtcNow();
        if (book.BeginCheck(instance.Container, instance.Start, ct) is not { } token) return;
        _ = Task.Run(
            async () =>
            {
                try
                {
                    var problem = await check.RunAsync(instance.Instance, instance.Address, start, token)
                        ?? await health.CheckAsync(instance.Instance, start, token);
                    var took = time.GetUtcNow() - start;
                    if (problem is null) instances.SetHealthy(instance.Container, start);
                    if (!book.EndCheck(instance.Container, instance.Start, problem)) return;
                    Report(state, instance, problem, took);
                    if (problem is null) book.Release(instance.Slot);
                }
                catch (OperationCanceledException)
                {
                    // Its process ended, or paasd does.
                }
                catch (Exception error)
                {
                    LogFailed(error, instance.Container);
                    book.EndCheck(instance.Container, instance.Start, $"its check could not be made: {error.Message}");
                }

                Ended?.Invoke(state.App);
            },
            CancellationToken.None);
    }

    private void Report(AppState state, InstanceState instance, string? problem, TimeSpan took)
    {
        var name = instance.Instance.Name;
        platformLog.Write(state.App, problem is null ? $"{name} of v{instance.Instance.Release} is up" : $"{name} of v{instance.Instance.Release}: {problem}");
        if (problem is null && deployments.FindByRelease(state.App, instance.Instance.Release) is { } deployment && DeploymentMachine.IsActive(deployment.Status))
            changes.Say(state.App, deployment.Id, new DeploymentProgress(string.Create(CultureInfo.InvariantCulture, $"       {name} … up after {took.TotalSeconds:0.00} s"), took));
    }

    private void Stop(InstanceState instance, TimeSpan grace, AppBook book, CancellationToken ct)
    {
        if (!book.TryBegin(instance.Container, InstanceOperation.Ending)) return;
        health.End(instance.Container);
        platformLog.Write(instance.Instance.App, $"{instance.Instance.Name} of v{instance.Instance.Release} is being stopped");
        InBackground(instance.Container, instance.Instance.App, book, async () =>
        {
            await node.StopAsync(instance.Container, grace, ct);
            Forget(instance.Container, book);
        });
    }

    private void Remove(InstanceState instance, AppBook book, CancellationToken ct)
    {
        if (!book.TryBegin(instance.Container, InstanceOperation.Ending)) return;
        if (instance.Lost) platformLog.Write(instance.Instance.App, $"{instance.Instance.Name} of v{instance.Instance.Release} lost its supervisor and is replaced");
        if (!instance.Retired && time.GetUtcNow() - instance.Instance.CreatedAt < ShortLife) book.Hold(instance.Slot, time.GetUtcNow(), null);
        InBackground(instance.Container, instance.Instance.App, book, async () =>
        {
            await node.RemoveAsync(instance.Container, ct);
            Forget(instance.Container, book);
        });
    }

    private void Forget(string container, AppBook book)
    {
        instances.Remove(container);
        book.Forget(container);
        startup.Forget(container);
        containers.Remove(container);
    }

    private void Publish(AppState state, PublishRoutes publish)
    {
        var addresses = publish.Entry?.Endpoints.Select(endpoint => endpoint.Address).ToHashSet() ?? [];
        // Before the router can know: from then on these may have visitors.
        instances.SetRouted(state.Instances.Where(instance => instance.Address is not null && addresses.Contains(instance.Address)).Select(instance => instance.Container));
        routes.Publish(state.App, publish.Entry);
    }

    private void Advance(string app, int id, DeploymentEvent @event)
    {
        if (!deployments.Advance(app, id, @event)) return;
        if (@event == DeploymentEvent.Switched && deployments.Find(app, id) is { } deployment) platformLog.Write(app, $"v{deployment.Release} is live");
        changes.Notify(app);
    }

    private async Task FailAsync(string app, FailDeployment fail, CancellationToken ct)
    {
        var error = fail.Problem == DeploymentProblem.RouterSilent
            ? $"the router did not take the new endpoints within {options.RouterTimeout.TotalSeconds:0} s\nNext: see whether paas-router runs; its socket is {options.RouterSocketPath}."
            : await ExplainAsync(app, fail.Container, fail.Problem, fail.Error, ct);
        if (!deployments.Advance(app, fail.Id, DeploymentEvent.Fail, error)) return;
        if (deployments.Find(app, fail.Id) is { } deployment) platformLog.Write(app, $"v{deployment.Release} was given up: {error.Split('\n')[0]}");
        changes.Notify(app);
    }

    private async Task AbandonAsync(string app, InstanceState holder, AbandonRestart abandon, AppBook book, CancellationToken ct)
    {
        var error = await ExplainAsync(app, abandon.Failed, abandon.Problem, abandon.Error, ct);
        // Before the mark goes: who waits for the restart looks here when it is gone.
        book.Abandon(abandon.Container, error);
        instances.AbandonRestart(abandon.Container);
        platformLog.Write(app, $"the restart of {holder.Instance.Name} was given up: {error.Split('\n')[0]}");
        changes.Notify(app);
    }

    private async Task<string> ExplainAsync(string app, string? container, DeploymentProblem problem, string? error, CancellationToken ct)
    {
        var instance = container is null ? null : instances.List(app).SingleOrDefault(one => one.Container == container);
        return instance is not null ? await diagnosis.ExplainAsync(instance, containers.Find(instance.Container), problem, ct) : error ?? "it could not be started";
    }

    private void InBackground(string container, string app, AppBook book, Func<Task> work) => _ = Task.Run(async () =>
    {
        try
        {
            await work();
        }
        catch (OperationCanceledException)
        {
            // paasd stops; the next one finds what is half done.
        }
        catch (Exception error)
        {
            LogFailed(error, container);
            await Task.Delay(TimeSpan.FromSeconds(1), time);
        }

        book.End(container);
        Ended?.Invoke(app);
    });

    [LoggerMessage(2101, LogLevel.Warning, "{App}: {Instance} could not be started")]
    private partial void LogStartFailed(Exception error, string app, string instance);

    [LoggerMessage(2102, LogLevel.Error, "Container {Container}: the operation failed and will be tried again")]
    private partial void LogFailed(Exception error, string container);
}
