using Paas.Build.Manifests;
using Paas.Contracts.Api;
using Paas.ControlPlane.Domain;
using Paas.ControlPlane.Store;

namespace Paas.ControlPlane.Cron;

/// <inheritdoc cref="ICron"/>
internal sealed class CronDesk(AppStore apps, ReleaseStore releases, CronHistory history, CronRuns runs, TimeProvider time) : ICron
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<CronTaskDocument>> ListCronAsync(string app, CancellationToken ct)
    {
        var live = apps.Get(app).LiveRelease;
        var tasks = live is { } version ? releases.Get(app, version).Manifest.Cron : [];
        return Task.FromResult<IReadOnlyList<CronTaskDocument>>([.. tasks.Select((task, place) => Describe(app, place + 1, task))]);
    }

    private CronTaskDocument Describe(string app, int number, CronTask task)
    {
        var last = history.Find(app, task);
        return new CronTaskDocument(
            number, task.Schedule, task.Command, CronSchedule.Parse(task.Schedule).Next(time.GetUtcNow()), runs.IsRunning(app, number), last?.Began, last?.Ended, last?.Status);
    }
}
