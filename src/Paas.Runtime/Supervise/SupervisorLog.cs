using Paas.Logs;

namespace Paas.Runtime.Supervise;

/// <summary>The log of the supervised process, flushed from the loop soon after a line came.</summary>
internal sealed class SupervisorLog : IDisposable
{
    private const int FlushAtBytes = 64 * 1024;

    private readonly EventLoop loop;
    private readonly LogAppender log;
    private readonly Action whenDue;
    private IDisposable? flush;

    /// <exception cref="IOException">The directory cannot be made or opened.</exception>
    public SupervisorLog(EventLoop loop, string directory)
    {
        this.loop = loop;
        log = new LogAppender(directory);
        whenDue = Flush;
    }

    /// <summary>A line of the process.</summary>
    public void Write(LogStream stream, ReadOnlySpan<byte> line)
    {
        log.Append(stream, line);
        if (log.PendingBytes >= FlushAtBytes) Flush();
        else flush ??= loop.After(LogOptions.Default.FlushAfter, whenDue);
    }

    /// <summary>A line about the process.</summary>
    public void Say(string text)
    {
        log.Append(LogStream.System, text);
        flush ??= loop.After(LogOptions.Default.FlushAfter, whenDue);
    }

    /// <summary>Writes what is pending.</summary>
    public void Flush()
    {
        flush?.Dispose();
        log.Flush();

        // Lines held back by the rate limit are told of when it lets go.
        flush = log.HasPending ? loop.After(LogOptions.Default.FlushAfter, whenDue) : null;
    }

    public void Dispose()
    {
        flush?.Dispose();
        log.Dispose();
    }
}
