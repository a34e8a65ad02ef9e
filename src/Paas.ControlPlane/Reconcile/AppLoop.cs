using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Paas.Contracts.Api;
using Paas.ControlPlane.Discovery;

namespace Paas.ControlPlane.Reconcile;

/// <summary>
/// Reconciles one app: looks, plans, acts, until there is nothing to do, then waits for a signal or for time to pass. Only one pass
/// of an app runs at a time; signals that come meanwhile become one more pass.
/// </summary>
internal sealed partial class AppLoop(
    string app, Observer observer, Executor executor, RouterClient router, AppChanges changes, ReconcileLimits limits, TimeProvider time, ILogger log)
{
    private const int MostRounds = 50;

    private readonly Channel<bool> _signals = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    internal AppBook Book { get; } = new();

    internal void Signal() => _signals.Writer.TryWrite(true);

    /// <summary>Runs until cancelled.</summary>
    internal async Task RunAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            TimeSpan rest;
            try
            {
                rest = await PassAsync(ct);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                LogFailed(error, app);
                rest = TimeSpan.FromSeconds(1);
            }

            changes.Notify(app);
            await WaitAsync(rest, ct);
        }
    }

    private async Task<TimeSpan> PassAsync(CancellationToken ct)
    {
        for (var round = 0; ; round++)
        {
            var state = await ObserveAsync(ct);
            var plan = ReconcilePlan.For(state, limits, time.GetUtcNow());
            if (plan.Count == 0 || round == MostRounds) return Rest(state);
            foreach (var action in plan)
            {
                LogAction(app, action);
                if (await executor.ExecuteAsync(state, action, Book, ct)) break;
            }
        }
    }

    private async Task<AppState> ObserveAsync(CancellationToken ct)
    {
        var state = observer.Observe(app, Book);
        var draining = state.Routes.Acknowledged && state.Instances.Any(Drains);
        if (!draining) return state;
        try
        {
            // Asked after the router acknowledged: what it counts now can only end.
            return observer.Observe(app, Book, await router.InFlightAsync(ct));
        }
        catch (Exception error) when (error is HttpRequestException or TimeoutException or JsonException or IOException)
        {
            return state;
        }
    }

    private static bool Drains(InstanceState instance) =>
        instance is { Retired: true, Operation: InstanceOperation.None, Running: true } && instance.Instance.WasRouted;

    private TimeSpan Rest(AppState state)
    {
        if (!state.Exists && state.Instances.Count == 0) return Timeout.InfiniteTimeSpan;
        if (state.Instances.Any(Drains)) return TimeSpan.FromMilliseconds(250);
        if (state.Deployment is not null) return TimeSpan.FromMilliseconds(500);
        var next = state.Holds.Select(hold => hold.Until - time.GetUtcNow()).Where(wait => wait > TimeSpan.Zero).DefaultIfEmpty(TimeSpan.MaxValue).Min();
        return next < TimeSpan.FromSeconds(10) ? next : TimeSpan.FromSeconds(10);
    }

    private async Task WaitAsync(TimeSpan rest, CancellationToken ct)
    {
        using var pause = CancellationTokenSource.CreateLinkedTokenSource(ct);
        if (rest != Timeout.InfiniteTimeSpan) pause.CancelAfter(rest);
        try
        {
            await _signals.Reader.ReadAsync(pause.Token);
        }
        catch (OperationCanceledException)
        {
            // Time for another look, or the end.
        }
    }

    [LoggerMessage(2201, LogLevel.Error, "{App}: reconciling failed and will be tried again")]
    private partial void LogFailed(Exception error, string app);

    [LoggerMessage(2202, LogLevel.Debug, "{App}: {Action}")]
    private partial void LogAction(string app, ReconcileAction action);
}
