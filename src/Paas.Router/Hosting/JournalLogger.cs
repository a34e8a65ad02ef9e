namespace Paas.Router.Hosting;

/// <summary>
/// The router's own few words, a line each on standard error, with the priority prefix journald reads (sd-daemon(3)). Nothing is
/// logged for each request: that alone would triple its cost.
/// </summary>
internal sealed class JournalLogger(string category) : ILogger
{
    private static readonly Lock Writing = new();
    private static readonly bool HasPriorities = Environment.GetEnvironmentVariable("JOURNAL_STREAM") is not null;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= Least(category) && logLevel != LogLevel.None;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel)) return;
        var text = formatter(state, exception);
        if (exception is not null) text = $"{text}: {exception.Message}";
        var priority = !HasPriorities ? "" : logLevel switch
        {
            >= LogLevel.Error => "<3>",
            LogLevel.Warning => "<4>",
            _ => "<6>",
        };
        lock (Writing) Console.Error.WriteLine($"{priority}paas-router: {text.ReplaceLineEndings(" ")}");
    }

    private static LogLevel Least(string category)
    {
        if (category.StartsWith("Paas.", StringComparison.Ordinal)) return LogLevel.Information;
        return category.StartsWith("Yarp.", StringComparison.Ordinal) ? LogLevel.None : LogLevel.Error;
    }

    /// <summary>Makes them.</summary>
    internal sealed class Provider : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => new JournalLogger(categoryName);

        public void Dispose()
        {
        }
    }
}
