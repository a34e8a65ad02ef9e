using System.Collections.Concurrent;

namespace Paas.ControlPlane.Reconcile;

/// <summary>Tells those who wait in this process that something about an app changed, and carries the lines about its deployments.</summary>
internal sealed class AppChanges
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _next = new();
    private readonly ConcurrentDictionary<(string App, int Deployment), ConcurrentQueue<string>> _lines = new();

    /// <summary>Ends at the next change. Take it before looking at the state that it is about.</summary>
    internal Task Next(string app) => _next.GetOrAdd(app, _ => New()).Task;

    internal void Notify(string app)
    {
        if (_next.TryRemove(app, out var waiting)) waiting.TrySetResult();
    }

    /// <summary>Adds a line about a deployment, for whoever shows its progress.</summary>
    internal void Say(string app, int deployment, string line)
    {
        _lines.GetOrAdd((app, deployment), _ => new ConcurrentQueue<string>()).Enqueue(line);
        Notify(app);
    }

    /// <summary>Takes the lines that came since the last call.</summary>
    internal IEnumerable<string> Take(string app, int deployment)
    {
        if (!_lines.TryGetValue((app, deployment), out var lines)) yield break;
        while (lines.TryDequeue(out var line)) yield return line;
    }

    /// <summary>Nobody will ask about the deployment any more.</summary>
    internal void Forget(string app, int deployment) => _lines.TryRemove((app, deployment), out _);

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
