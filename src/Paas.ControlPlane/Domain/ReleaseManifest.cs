using Paas.Build.Manifests;

namespace Paas.ControlPlane.Domain;

/// <summary>What a release's <c>app.json</c> says of how it runs. It is the release's own, so that a rollback brings back what was.</summary>
/// <param name="Cron">Tasks by the clock, in the order of the file.</param>
/// <param name="HealthChecks">Process type → its checks.</param>
internal sealed record ReleaseManifest(IReadOnlyList<CronTask> Cron, IReadOnlyDictionary<string, IReadOnlyList<ManifestHealthCheck>> HealthChecks)
{
    internal static ReleaseManifest None { get; } = new([], new Dictionary<string, IReadOnlyList<ManifestHealthCheck>>());

    internal static ReleaseManifest Of(AppManifest? manifest) => manifest is null
        ? None
        : new([.. manifest.Cron.Select(task => new CronTask(task.Schedule.Text, task.Command))], manifest.HealthChecks);

    /// <summary>The checks of a process type that are of one of these types.</summary>
    internal IReadOnlyList<ManifestHealthCheck> ChecksOf(string process, params string[] types) =>
        [.. HealthChecks.GetValueOrDefault(process, []).Where(check => types.Contains(check.Type))];
}

/// <summary>A command by the clock.</summary>
/// <param name="Schedule">Five fields of cron, in UTC.</param>
/// <param name="Command">A process type, or a line for a shell.</param>
internal sealed record CronTask(string Schedule, string Command);
