using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.ControlPlane.Domain;
using Paas.ControlPlane.Reconcile;
using Paas.ControlPlane.Store;

namespace Paas.ControlPlane.Deployments;

/// <summary>Makes releases live: writes down what is wanted, wakes the reconciler, and watches.</summary>
internal sealed class Deployer(DeploymentStore deployments, ReleaseStore releases, AppStore apps, Reconciler reconciler, AppChanges changes, AppTurns turns, TimeProvider time)
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(2);

    /// <summary>A deployment has ended, well or not.</summary>
    internal event Action? Deployed;

    /// <summary>
    /// Waits for the app's turn, makes the release, and watches its deployment until it serves or is given up. A caller that goes away
    /// does not stop it.
    /// </summary>
    /// <param name="draft">Called once it is the app's turn, so that it sees what the one before left; null makes no release.</param>
    /// <param name="begun">Called when the release exists.</param>
    /// <param name="progress">Gets word of instances.</param>
    /// <param name="ct">Ends the waiting.</param>
    /// <param name="before">What is done before the release is made, with what it will be; a failure leaves everything as it was.</param>
    /// <returns>Null where there was no draft.</returns>
    internal async Task<(Release Release, Deployment Deployment)?> DeployAsync(
        string app, Func<ReleaseDraft?> draft, Action<Release>? begun, Action<DeploymentProgress>? progress, CancellationToken ct,
        Func<Release, Task>? before = null)
    {
        using var turn = await turns.TakeAsync(app, ct);
        // One that a restart of paasd left under way has nobody else to wait for it.
        while (deployments.Open(app).FirstOrDefault(one => DeploymentMachine.IsActive(one.Status)) is { } active)
            await WatchAsync(app, active.Id, null, ct);
        apps.Get(app);
        if (draft() is not { } wanted) return null;
        if (before is not null) await before(releases.Preview(wanted, time.GetUtcNow()));
        var (release, deployment) = deployments.Add(wanted);
        begun?.Invoke(release);
        reconciler.Signal(app);
        return (release, await WatchAsync(app, deployment.Id, progress, ct));
    }

    /// <summary>Watches a deployment until its release is live or it is given up. AppNotFound where the app is destroyed meanwhile.</summary>
    internal async Task<Deployment> WatchAsync(string app, int id, Action<DeploymentProgress>? progress, CancellationToken ct)
    {
        while (true)
        {
            var changed = changes.Next(app);
            var deployment = deployments.Find(app, id);
            if (progress is not null)
            {
                foreach (var one in changes.Take(app, id)) progress(one);
            }

            if (deployment is null) throw AppStore.NotFound(app);
            if (!DeploymentMachine.IsActive(deployment.Status))
            {
                changes.Forget(app, id);
                Deployed?.Invoke();
                return deployment;
            }

            await Task.WhenAny(changed, Task.Delay(LookAgain, ct));
            ct.ThrowIfCancellationRequested();
        }
    }

    /// <summary>DeploymentFailed with the whole reason, unless the release is live.</summary>
    internal void EnsureLive(string app, Release release, Deployment deployment)
    {
        if (deployment.Status is DeploymentStatus.Draining or DeploymentStatus.Succeeded) return;
        throw new PaasException(
            ErrorCode.DeploymentFailed,
            deployment.Status == DeploymentStatus.Superseded
                ? $"v{release.Version} of {app} was superseded: {deployment.Error}"
                : $"v{release.Version} of {app} did not go live. {deployment.Error}",
            deployment.Status == DeploymentStatus.Superseded ? null
                : apps.Find(app)?.LiveRelease is { } live ? $"v{live} keeps serving." : "Nothing of it is left running.");
    }

    /// <summary>
    /// Returns when the live release's instances are as wanted and the router serves them. DeploymentFailed where one of them does not
    /// come up.
    /// </summary>
    /// <param name="settled">True when they are.</param>
    /// <param name="explain">Says why an instance is not well.</param>
    internal async Task SettleAsync(string app, TimeSpan patience, Func<AppState, bool> settled, Func<AppState, Task<string?>> explain, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(patience);
        reconciler.Signal(app);
        while (true)
        {
            var changed = changes.Next(app);
            apps.Get(app);
            var state = reconciler.Observe(app);
            // A deployment under way scales too; its own watcher tells how it ends.
            if (state.Deployment is null)
            {
                if (settled(state)) return;
                if (await explain(state) is { } problem) throw new PaasException(ErrorCode.DeploymentFailed, problem);
            }

            ct.ThrowIfCancellationRequested();
            if (limit.IsCancellationRequested)
                throw new PaasException(ErrorCode.DeploymentFailed, $"{app} is not as wanted after {patience.TotalSeconds:0} s", $"paas ps -a {app} shows how far it is; it goes on.");
            await Task.WhenAny(changed, Task.Delay(TimeSpan.FromMilliseconds(500), limit.Token));
        }
    }
}
