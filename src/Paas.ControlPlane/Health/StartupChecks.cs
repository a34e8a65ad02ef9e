using System.Collections.Concurrent;
using Paas.Build.Manifests;
using Paas.ControlPlane.Domain;
using Paas.ControlPlane.Logs;
using Paas.ControlPlane.Store;

namespace Paas.ControlPlane.Health;

/// <summary>
/// The startup checks of <c>app.json</c>, which take the place of the platform's own: each has <c>attempts</c> times <c>wait</c> to pass.
/// It is asked much more often than that, because a push waits for it. docs/decisions/0049.
/// </summary>
internal sealed class StartupChecks(ReleaseStore releases, Prober prober, PlatformLog platformLog, TimeProvider time)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    /// <summary>Least time for a process that has been up for long already, as after a restart of paasd.</summary>
    private static readonly TimeSpan LeastTime = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, string> _refusals = new();

    // Dokku's.
    internal static int Attempts(ManifestHealthCheck check) => Math.Max(1, check.Attempts ?? 3);

    /// <summary>Seconds.</summary>
    internal static int Wait(ManifestHealthCheck check) => check.Wait ?? 5;

    /// <summary>Those of an instance's release and type; none leaves it to the platform's own check.</summary>
    internal IReadOnlyList<ManifestHealthCheck> Of(Instance instance) =>
        releases.Find(instance.App, instance.Release)?.Manifest.ChecksOf(instance.Type, "startup") ?? [];

    /// <summary>What was wrong when a container was refused; null where it was not.</summary>
    internal string? Refusal(string container) => _refusals.GetValueOrDefault(container);

    internal void Forget(string container) => _refusals.TryRemove(container, out _);

    /// <summary>Runs all of them at once.</summary>
    /// <returns>Null where they passed, else what is wrong with the first that did not.</returns>
    internal async Task<string?> RunAsync(Instance instance, IReadOnlyList<ManifestHealthCheck> checks, DateTimeOffset start, CancellationToken ct)
    {
        _refusals.TryRemove(instance.Container, out _);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var running = checks.Select(check => RunAsync(instance, check, start, enough.Token)).ToList();
        while (running.Count > 0)
        {
            var ended = await Task.WhenAny(running);
            running.Remove(ended);
            if (await ended is not { } problem) continue;
            await enough.CancelAsync();
            return _refusals[instance.Container] = problem;
        }

        return null;
    }

    private async Task<string?> RunAsync(Instance instance, ManifestHealthCheck check, DateTimeOffset start, CancellationToken ct)
    {
        // A process that ends calls its check off.
        if (check.Uptime is { } seconds)
        {
            await UntilAsync(start + TimeSpan.FromSeconds(seconds), ct);
            return null;
        }

        var first = start + TimeSpan.FromSeconds(check.InitialDelay ?? 0);
        await UntilAsync(first, ct);
        var (now, given) = (time.GetUtcNow(), TimeSpan.FromSeconds(Attempts(check) * Wait(check)));
        var deadline = first + given > now + LeastTime ? first + given : now + (LeastTime < given ? LeastTime : given);
        var probe = Probe.Of(check);
        for (var pause = FirstPause; ; pause = pause * 1.5 < LongestPause ? pause * 1.5 : LongestPause)
        {
            if (await prober.AskAsync(instance, probe, ct) is not { } problem) return null;
            if (time.GetUtcNow() + pause >= deadline) return Verdict(instance, check, problem);
            await Task.Delay(pause, time, ct);
        }
    }

    private string? Verdict(Instance instance, ManifestHealthCheck check, string problem)
    {
        var named = check.Name is { Length: > 0 } name ? $"{name}: {problem}" : problem;
        if (!check.Warn) return named;
        platformLog.Write(instance.App, $"{instance.Name} of v{instance.Release}: a startup check failed, which only warns: {named}");
        return null;
    }

    private async Task UntilAsync(DateTimeOffset moment, CancellationToken ct)
    {
        var rest = moment - time.GetUtcNow();
        if (rest > TimeSpan.Zero) await Task.Delay(rest, time, ct);
    }
}
