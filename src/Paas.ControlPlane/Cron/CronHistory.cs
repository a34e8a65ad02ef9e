using System.Text.Json;
using Paas.ControlPlane.Domain;
using Paas.ControlPlane.Store;

namespace Paas.ControlPlane.Cron;

/// <summary>How a task went last.</summary>
/// <param name="Began">When, UTC.</param>
/// <param name="Ended">Null while it runs, and where paasd ended before it did.</param>
/// <param name="Status">Its exit status; null where it has none.</param>
internal sealed record CronRun(DateTimeOffset Began, DateTimeOffset? Ended, int? Status);

/// <summary>The last run of each task, by its schedule and command: they may change their places.</summary>
internal sealed class CronHistory(SettingStore settings)
{
    // Tasks that are no more go when there are more than these.
    private const int Remembered = 200;

    private readonly Lock _lock = new();

    internal CronRun? Find(string app, CronTask task) => Read(app).GetValueOrDefault(KeyOf(task));

    internal void Note(string app, CronTask task, CronRun run)
    {
        lock (_lock)
        {
            var runs = Read(app);
            runs[KeyOf(task)] = run;
            foreach (var old in runs.OrderBy(pair => pair.Value.Began).Take(runs.Count - Remembered).ToList()) runs.Remove(old.Key);
            settings.Set(NameOf(app), JsonSerializer.Serialize(runs));
        }
    }

    internal void Forget(string app)
    {
        lock (_lock) settings.Remove(NameOf(app));
    }

    private Dictionary<string, CronRun> Read(string app) =>
        settings.Find(NameOf(app)) is { } text ? JsonSerializer.Deserialize<Dictionary<string, CronRun>>(text) ?? [] : [];

    private static string KeyOf(CronTask task) => $"{task.Schedule} {task.Command}";

    private static string NameOf(string app) => $"cron/{app}";
}
