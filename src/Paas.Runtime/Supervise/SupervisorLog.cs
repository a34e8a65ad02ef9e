using Paas.Logs;

namespace Paas.Runtime.Supervise;

/// <summary>The log of the supervised process, flushed from the loop soon after a line came.</summary>
internal sealed class SupervisorLog : IDisposable
{
    private const int FlushAtBytes = 64 * 1024;

    private readonly EventLoop _loop;
    private readonly LogAppender _log;
    private readonly Action _whenDue;
    private IDisposable? _flush;

    /// <exception cref="IOException">The directory cannot be made or opened.</exception>
    public SupervisorLog(EventLoop loop, string directory)
    {
        _loop = loop;
        _log = new LogAppender(directory);
        _whenDue = Flush;
    }

    /// <summary>A line of the process.</summary>
    public void Write(LogStream stream, ReadOnlySpan<byte> line)
    {
        _log.Append(stream, line);
        if (_log.PendingBytes >= FlushAtBytes) Flush();
        else _flush ??= _loop.After(LogOptions.Default.FlushAfter, _whenDue);
    }

    /// <summary>A line about the process.</summary>
    public void Say(string text)
    {
        _log.Append(LogStream.System, text);
        _flush ??= _loop.After(LogOptions.Default.FlushAfter, _whenDue);
    }

    /// <summary>Writes what is pending.</summary>
    public void Flush()
    {
        _flush?.Dispose();
        _log.Flush();

        // Lines held back by the rate limit are told of when it lets go.
        _flush = _log.HasPending ? _loop.After(LogOptions.Default.FlushAfter, _whenDue) : null;
    }

    public void Dispose()
    {
        _flush?.Dispose();
        _log.Dispose();
    }
}
