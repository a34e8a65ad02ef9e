using System.Collections.Concurrent;

namespace Paas.ControlPlane.Reconcile;

/// <summary>Something that happened in a deployment.</summary>
/// <param name="Line">For people, in the shape of a push.</param>
/// <param name="AppStart">How long the process of an instance took until it was well; null for anything else.</param>
internal readonly record struct DeploymentProgress(string Line, TimeSpan? AppStart = null);

/// <summary>Tells those who wait in this process that something about an app changed, and carries word of its deployments.</summary>
internal sealed class AppChanges
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _next = new();
    private readonly ConcurrentDictionary<(string App, int Deployment), ConcurrentQueue<DeploymentProgress>> _progress = new();

    /// <summary>Ends at the next change. Take it before looking at the state that it is about.</summary>
    internal Task Next(string app) => _next.GetOrAdd(app, _ => New()).Task;

    internal void Notify(string app)
    {
        if (_next.TryRemove(app, out var waiting)) waiting.TrySetResult();
    }

    /// <summary>Tells whoever watches a deployment how it goes.</summary>
    internal void Say(string app, int deployment, DeploymentProgress progress)
    {
        _progress.GetOrAdd((app, deployment), _ => new ConcurrentQueue<DeploymentProgress>()).Enqueue(progress);
        Notify(app);
    }

    /// <summary>Takes what came since the last call.</summary>
    internal IEnumerable<DeploymentProgress> Take(string app, int deployment)
    {
        if (!_progress.TryGetValue((app, deployment), out var all)) yield break;
        while (all.TryDequeue(out var one)) yield return one;
    }

    /// <summary>Nobody will ask about the deployment any more.</summary>
    internal void Forget(string app, int deployment) => _progress.TryRemove((app, deployment), out _);

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
