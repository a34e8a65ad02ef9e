using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Paas.Contracts.Api;
using Paas.Contracts.Supervision;
using Paas.ControlPlane.Domain;
using Paas.ControlPlane.Logs;
using Paas.ControlPlane.Reconcile;
using Paas.ControlPlane.Store;

namespace Paas.ControlPlane.Health;

/// <summary>
/// Asks instances how they are from the start of a process to its end: the <c>HEALTHCHECK</c> of images, as Docker does, or liveness and readiness checks of
/// <c>app.json</c>. The first verdict is part of a deployment's check; later ones are shown and logged, and one that is not alive is replaced. Losing it
/// costs nothing but asking again.
/// </summary>
internal sealed partial class HealthMonitor(
    Prober prober, ContainerView containers, InstanceStore instances, LivingChecks checks, PlatformLog platformLog, TimeProvider time, ILogger<HealthMonitor> log) : IDisposable
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    // Before the first verdict somebody waits for it: a look now and then costs little, and the time that failures are given stays the same.
    private static readonly TimeSpan LongestPauseAtFirst = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, HealthWatch> _watches = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly HashSet<string> _without = [];
    private Task _looking = Task.CompletedTask;

    /// <summary>Called with the app when one of its instances is to be replaced.</summary>
    internal event Action<string>? Retired;

    internal void Start() => _looking = Task.Run(LookAsync);

    internal async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await _looking;
        var watches = _watches.Values.ToList();
        foreach (var container in _watches.Keys) End(container);
        await Task.WhenAll(watches.Select(watch => watch.Running));
    }

    /// <summary>Waits for the first verdict on an instance's process; asked again after a bad one, for a good one.</summary>
    /// <returns>Null where it is healthy, or where nothing is asked; else what is wrong.</returns>
    internal async Task<string?> CheckAsync(Instance instance, DateTimeOffset start, CancellationToken ct)
    {
        if (await checks.OfAsync(instance, ct) is not { } check) return null;
        while (true)
        {
            try
            {
                if (StartOf(instance.Container) == start)
                {
                    var verdict = await WatchOf(instance, start, check).AnswerAsync(ct);
                    return verdict.Healthy == true ? null : $"{check.Name} failed: {verdict.Problem}";
                }
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
                // The process seems to have ended: whoever asks is told soon, and calls this off.
            }

            await Task.Delay(LookAgain, time, ct);
        }
    }

    /// <summary>The verdict on a container's process now; null where nothing is asked.</summary>
    internal HealthVerdict? Find(string container) => _watches.GetValueOrDefault(container)?.Verdict;

    /// <summary>The check, and its verdict, for which <see cref="CheckAsync"/> refused a container's process; null where it did not.</summary>
    internal (string Check, HealthVerdict Verdict)? Refusal(string container) =>
        _watches.GetValueOrDefault(container) is { Refusal: { } verdict } watch ? (watch.Check, verdict) : null;

    /// <summary>Asks no more: the container is being stopped.</summary>
    internal void End(string container)
    {
        if (_watches.TryRemove(container, out var watch)) watch.End();
    }

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();

    // Also what ran before paasd did is watched, and what has ended is not.
    private async Task LookAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await LookOnceAsync(_stopping.Token);
                await Task.Delay(LookAgain, time, _stopping.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception error)
            {
                LogFailed(error);
                await Task.Delay(LookAgain, CancellationToken.None);
            }
        }
    }

    private async Task LookOnceAsync(CancellationToken ct)
    {
        foreach (var (id, watch) in _watches)
        {
            if (StartOf(id) != watch.Start) End(id, watch);
        }

        var all = containers.All();
        _without.IntersectWith(all.Select(one => one.Id));
        foreach (var (id, app) in all)
        {
            if (_without.Contains(id) || _watches.ContainsKey(id) || StartOf(id) is not { } start) continue;
            if (instances.List(app).FirstOrDefault(one => one.Container == id) is not { RetiredAt: null } instance) continue;
            if (await checks.OfAsync(instance, ct) is { } check) WatchOf(instance, start, check);
            else _without.Add(id);
        }
    }

    private DateTimeOffset? StartOf(string container) =>
        containers.Find(container) is { Lost: false, State: { Status: SupervisedStatus.Running, StartedAt: { } start } } ? start : null;

    private HealthWatch WatchOf(Instance instance, DateTimeOffset start, LivingCheck check)
    {
        while (true)
        {
            var watch = _watches.GetOrAdd(instance.Container, _ => new HealthWatch(start, check.Name));
            if (watch.Start == start)
            {
                watch.Begin(() => RunAsync(instance, check, watch));
                return watch;
            }

            End(instance.Container, watch);
        }
    }

    private void End(string container, HealthWatch watch)
    {
        _watches.TryRemove(new KeyValuePair<string, HealthWatch>(container, watch));
        watch.End();
    }

    private async Task RunAsync(Instance instance, LivingCheck check, HealthWatch watch)
    {
        // As with Docker the first failure that counts is one interval after the start.
        var counted = watch.Start;
        try
        {
            while (!_stopping.IsCancellationRequested)
            {
                var asked = time.GetUtcNow();
                var (failed, problem) = await AskAsync(instance, check, watch);
                watch.Ended.ThrowIfCancellationRequested();
                // At first probes come faster than they count.
                var counts = asked - watch.Start >= check.StartPeriod && (watch.Verdict.Healthy is not null || asked - counted >= check.Interval);
                if (counts) counted = asked;
                if (watch.Put(watch.Verdict.After(problem, check.Retries, counts))) Report(instance, watch.Verdict);
                if (failed is { Replaces: true } && watch.Verdict.Healthy == false && Replace(instance, watch)) return;
                await Task.Delay(Pause(check, watch, asked), time, watch.Ended);
            }
        }
        catch (OperationCanceledException)
        {
            // The process has ended, or paasd does.
        }
        catch (Exception error)
        {
            LogFailed(error);
            End(instance.Container, watch);
        }
    }

    private static TimeSpan Pause(LivingCheck check, HealthWatch watch, DateTimeOffset asked)
    {
        if (watch.Verdict.Healthy is not null) return check.Interval;
        var pause = asked - watch.Start < check.StartPeriod ? check.StartInterval : check.Interval;
        return pause < LongestPauseAtFirst ? pause : LongestPauseAtFirst;
    }

    private void Report(Instance instance, HealthVerdict now) =>
        platformLog.Write(instance.App, now.Healthy == true ? $"{instance.Name} is healthy again" : $"{instance.Name} is unhealthy: {now.Problem}");

    // One that only warns is no reason to call an instance ill.
    private async Task<(Probe? Failed, string? Problem)> AskAsync(Instance instance, LivingCheck check, HealthWatch watch)
    {
        foreach (var probe in check.Probes)
        {
            if (await prober.AskAsync(instance, probe, watch.Ended) is not { } said)
            {
                watch.Warned.Remove(probe);
                continue;
            }

            var problem = probe.Name is { Length: > 0 } name ? $"{name}: {said}" : said;
            if (!probe.Warns) return (probe, problem);
            if (watch.Warned.Add(probe)) platformLog.Write(instance.App, $"{instance.Name} fails a check, which only warns: {problem}");
        }

        return (null, null);
    }

    // One that never served is its deployment's business, and the next one may be as ill: it is not let go before it was well.
    private bool Replace(Instance instance, HealthWatch watch)
    {
        if (instances.List(instance.App).FirstOrDefault(one => one.Container == instance.Container) is not { RetiredAt: null } now || now.HealthyStart != watch.Start) return false;
        platformLog.Write(instance.App, $"{instance.Name} is replaced: {watch.Check} failed");
        instances.Retire(instance.Container, time.GetUtcNow());
        Retired?.Invoke(instance.App);
        return true;
    }

    [LoggerMessage(2391, LogLevel.Error, "Looking after the health of instances failed and will be tried again")]
    private partial void LogFailed(Exception error);
}
