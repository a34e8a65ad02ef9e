using Microsoft.Extensions.Logging;
using Paas.Build.Manifests;
using Paas.ControlPlane.Store;

namespace Paas.ControlPlane.Cron;

/// <summary>
/// Looks at each minute which tasks of live releases are due. What a short absence of paasd made it miss is run once when it is back; after a long one
/// everything waits for its next time.
/// </summary>
internal sealed partial class CronClock(ReleaseStore releases, SettingStore settings, CronRuns runs, TimeProvider time, ILogger<CronClock> log) : IDisposable
{
    private const string LookedAt = "cron-looked-at";

    private static readonly TimeSpan MostMissed = TimeSpan.FromMinutes(10);

    private readonly CancellationTokenSource _stop = new();
    private Task _looking = Task.CompletedTask;

    internal void Start() => _looking = Task.Run(LookAsync);

    internal async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _looking;
        await runs.EndAsync(null);
    }

    /// <summary>Begins what is due after one time, up to another.</summary>
    internal void Begin(DateTimeOffset after, DateTimeOffset until)
    {
        foreach (var (app, release, manifest) in releases.LiveManifests())
        {
            foreach (var (place, task) in manifest.Cron.Index())
            {
                if (CronSchedule.Parse(task.Schedule).Next(after) <= until) runs.Begin(app, release, place + 1, task);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    private async Task LookAsync()
    {
        var last = Instant.ParseOptional(settings.Find(LookedAt)) ?? time.GetUtcNow();
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var now = time.GetUtcNow();
                // A clock that was set back would have everything again.
                var from = last > now ? now : last < now - MostMissed ? now - MostMissed : last;
                Begin(from, now);
                last = now;
                settings.Set(LookedAt, Instant.Format(now));
                await Task.Delay(TimeSpan.FromMinutes(1) - TimeSpan.FromTicks(time.GetUtcNow().Ticks % TimeSpan.TicksPerMinute), time, _stop.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception error)
            {
                LogFailed(error);
                await Task.Delay(TimeSpan.FromSeconds(1), CancellationToken.None);
            }
        }
    }

    [LoggerMessage(2422, LogLevel.Error, "Looking for tasks that are due failed and will be tried again")]
    private partial void LogFailed(Exception error);
}
