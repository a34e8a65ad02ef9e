using Microsoft.Extensions.Logging;
using Paas.Logs;

namespace Paas.Router.Access;

/// <summary>
/// The access logs of all apps, <c>logs/{app}/router</c>. Serving never waits for them: where they cannot be written, that is said
/// once, the lines are dropped, and it is tried again.
/// </summary>
internal sealed partial class AccessLog : IDisposable
{
    private const long RetryMilliseconds = 10_000;
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
    private long retryAt;
    private volatile string? error;

    public AccessLog(string directory, ILogger logger, TimeProvider time)
    {
        this.directory = directory;
        this.logger = logger;
        var period = TimeSpan.FromMilliseconds(IdleMilliseconds);
        idle = time.CreateTimer(static log => ((AccessLog)log!).CloseIdle(), this, period, period);
    }

    /// <summary>Why lines are being dropped; null while they are written.</summary>
    public string? Error => error;

    /// <summary>False for a moment after files could not be opened.</summary>
    public bool MayOpen => Environment.TickCount64 >= Volatile.Read(ref retryAt);

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
            foreach (var source in gone) sources.Remove(source.App);
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
            if (error is not null) LogWritten(logger, path);
            error = null;
            return writer;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Volatile.Write(ref retryAt, Environment.TickCount64 + RetryMilliseconds);
            if (error is null) LogNotWritten(logger, path, failure.Message);
            error = failure.Message;
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

    [LoggerMessage(31, LogLevel.Information, "access lines are written again: {Path}")]
    private static partial void LogWritten(ILogger logger, string path);

    private void CloseIdle()
    {
        List<AccessSource> all;
        lock (changing) all = [.. sources.Values];
        foreach (var source in all) source.CloseIdle(IdleMilliseconds);
    }
}
