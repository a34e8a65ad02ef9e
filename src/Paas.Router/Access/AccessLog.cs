using Microsoft.Extensions.Logging;
using Paas.Logs;

namespace Paas.Router.Access;

/// <summary>
/// The access logs of all apps, <c>logs/{app}/router</c>. Serving never waits for them: where they cannot be written, that is said
/// once, the lines are dropped, and it is tried again.
/// </summary>
internal sealed partial class AccessLog : IDisposable
{
    private const long IdleMilliseconds = 60_000;

    // Every request counts, so no rate limit; the size of the files is limited by rotation.
    private static readonly LogOptions Options = new()
    {
        LinesPerSecond = 0,
        LineBytes = AccessLine.Longest * 2,
        PendingBytes = 4 * 1024 * 1024,
        FlushAfter = TimeSpan.FromMilliseconds(100),
    };

    private readonly string directory;
    private readonly ILogger logger;
    private readonly Lock changing = new();
    private readonly Dictionary<string, AccessSource> sources = new(StringComparer.Ordinal);
    private readonly ITimer idle;
    private readonly HashSet<string> failing = new(StringComparer.Ordinal);
    private volatile string? error;

    public AccessLog(string directory, ILogger logger, TimeProvider time)
    {
        this.directory = directory;
        this.logger = logger;
        var period = TimeSpan.FromMilliseconds(IdleMilliseconds);
        idle = time.CreateTimer(static log => ((AccessLog)log!).CloseIdle(), this, period, period);
    }

    /// <summary>Why lines of some app are being dropped; null while all are written.</summary>
    public string? Error => error;

    /// <summary>Where the lines of an app go.</summary>
    public AccessSource Source(string app)
    {
        lock (changing)
        {
            if (!sources.TryGetValue(app, out var source)) sources.Add(app, source = new AccessSource(app, this));
            return source;
        }
    }

    /// <summary>Closes the logs of all apps but these.</summary>
    public void Keep(HashSet<string> apps)
    {
        List<AccessSource> gone;
        lock (changing)
        {
            gone = [.. sources.Values.Where(source => !apps.Contains(source.App))];
            foreach (var source in gone) Forget(source.App);
        }

        foreach (var source in gone) source.Close();
    }

    /// <summary>Opens the log of an app; null when it cannot be written.</summary>
    public LogWriter? TryOpen(string app)
    {
        var path = Path.Combine(directory, app, "router");
        try
        {
            var writer = new LogWriter(path, Options);
            lock (changing) Succeeded(app);
            return writer;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            lock (changing) Failed(app, path, failure.Message);
            return null;
        }
    }

    public void Dispose()
    {
        idle.Dispose();
        Keep([]);
    }

    [LoggerMessage(30, LogLevel.Error, "access lines are not written: {Path}: {Reason}; requests are served all the same")]
    private static partial void LogNotWritten(ILogger logger, string path, string reason);

    [LoggerMessage(31, LogLevel.Information, "access lines are written again")]
    private static partial void LogWritten(ILogger logger);

    private void Forget(string app)
    {
        sources.Remove(app);
        Succeeded(app);
    }

    private void Succeeded(string app)
    {
        if (!failing.Remove(app) || failing.Count > 0) return;
        error = null;
        LogWritten(logger);
    }

    private void Failed(string app, string path, string reason)
    {
        if (failing.Count == 0) LogNotWritten(logger, path, reason);
        failing.Add(app);
        error = reason;
    }

    private void CloseIdle()
    {
        List<AccessSource> all;
        lock (changing) all = [.. sources.Values];
        foreach (var source in all) source.CloseIdle(IdleMilliseconds);
    }
}
