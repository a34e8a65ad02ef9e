namespace Paas.Contracts.Api;

/// <summary>Tasks by the clock.</summary>
public interface ICron
{
    /// <summary>Those of the app's live release, in the order of its <c>app.json</c>.</summary>
    Task<IReadOnlyList<CronTaskDocument>> ListCronAsync(string app, CancellationToken ct);
}

/// <summary>A task by the clock: <c>GET /v1/apps/{app}/cron</c>.</summary>
/// <param name="Number">Its place in <c>app.json</c>, from 1; its log is <c>cron.NUMBER</c>.</param>
/// <param name="Schedule">Five fields of cron, in UTC.</param>
/// <param name="Command">A process type, or a line for a shell.</param>
/// <param name="NextAt">When it is due next; null where that day never comes.</param>
/// <param name="IsRunning">Whether it runs, or waits for its turn.</param>
/// <param name="BeganAt">When it last began; null where it never has.</param>
/// <param name="EndedAt">When that ended; null while it runs, and where the platform ended before it did.</param>
/// <param name="ExitStatus">How that ended; null where it could not be run to its end.</param>
public sealed record CronTaskDocument(
    int Number, string Schedule, string Command, DateTimeOffset? NextAt, bool IsRunning, DateTimeOffset? BeganAt, DateTimeOffset? EndedAt, int? ExitStatus);
