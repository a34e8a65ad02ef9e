namespace Paas.Logs;

/// <summary>
/// Writes the log of one source from a loop of one thread, which flushes when it is due; for programs that want neither timers
/// nor further threads. Never throws once made: what cannot be written is counted and told in the log when it can be again.
/// </summary>
public sealed class LogAppender : IDisposable
{
    private readonly LogBuffer _buffer;
    private readonly LogFileWriter _files;
    private byte[] _spare = [];

    /// <summary>Makes the directory when it is missing and continues its newest file.</summary>
    /// <exception cref="IOException">The directory cannot be made or opened.</exception>
    /// <exception cref="UnauthorizedAccessException">As above, for lack of permission.</exception>
    public LogAppender(string directory, LogOptions? options = null, TimeProvider? time = null)
    {
        options ??= LogOptions.Default;
        options.Validate();
        _buffer = new LogBuffer(options, time ?? TimeProvider.System);
        _files = new LogFileWriter(directory, options);
    }

    /// <summary>Whether <see cref="Flush"/> has something to do. The caller flushes within <see cref="LogOptions.FlushAfter"/>.</summary>
    public bool HasPending => !_buffer.IsEmpty;

    /// <summary>Bytes waiting; flush early when they grow large.</summary>
    public int PendingBytes => _buffer.Pending.Length;

    /// <summary>Adds the lines of <paramref name="utf8"/>, stamped with the present time.</summary>
    public void Append(LogStream stream, ReadOnlySpan<byte> utf8) => _buffer.Add(stream, utf8);

    /// <summary>Adds the lines of <paramref name="text"/>, stamped with the present time.</summary>
    public void Append(LogStream stream, string text) => _buffer.Add(stream, System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary>Writes what is pending.</summary>
    public void Flush() => Flush(last: false);

    /// <summary>Writes what is pending and closes.</summary>
    public void Dispose()
    {
        Flush(last: true);
        _files.Dispose();
    }

    private void Flush(bool last)
    {
        var lines = _buffer.Take(ref _spare, last).Span;
        if (lines.IsEmpty) return;
        try
        {
            _files.Write(lines);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _buffer.Lose(lines);
        }
    }
}
