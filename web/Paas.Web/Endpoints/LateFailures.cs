using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Paas.Contracts.Errors;

namespace Paas.Web.Endpoints;

/// <summary>
/// What went wrong after its form had been answered, for the app's pages to tell: until the next form for that app is sent, or for
/// some minutes. Not kept across a restart, which ends what the form began as well.
/// </summary>
internal sealed partial class LateFailures(TimeProvider time, ILogger<LateFailures> logger)
{
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, (string Text, DateTimeOffset At)> _byApp = new(StringComparer.Ordinal);

    /// <summary>What to tell of an app, or null.</summary>
    public string? Of(string app)
    {
        if (!_byApp.TryGetValue(app, out var failure)) return null;
        if (time.GetUtcNow() - failure.At < Kept) return failure.Text;
        Forget(app);
        return null;
    }

    public void Forget(string app) => _byApp.TryRemove(app, out _);

    /// <summary>Waits for what a form began. Never throws.</summary>
    /// <param name="app">The app it is for.</param>
    /// <param name="what">What the form was told, e.g. <c>Scaling web to 2</c>.</param>
    /// <param name="running">What it began.</param>
    public async Task WatchAsync(string app, string what, Task running)
    {
        try
        {
            await running;
        }
        catch (Exception e)
        {
            LogFailed(app, what, e.Message);
            _byApp[app] = (e is PaasException known ? Text(known) : $"{what} failed: {e.Message}", time.GetUtcNow());
        }
    }

    /// <summary>A failure as a notice says it.</summary>
    public static string Text(PaasException failure) => failure.Hint is null ? failure.Message : $"{failure.Message} {failure.Hint}";

    [LoggerMessage(EventId = 4001, Level = LogLevel.Warning, Message = "{App}: {What}: failed after its form was answered: {Reason}")]
    private partial void LogFailed(string app, string what, string reason);
}
