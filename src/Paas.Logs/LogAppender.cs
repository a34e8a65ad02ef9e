namespace Paas.Logs;

/// <summary>
/// Writes the log of one source from a loop of one thread, which flushes when it is due; for programs that want no timers. A loop
/// that must not wait for the disk has another thread write what it takes (<see cref="Take"/>). Never throws once made: what cannot
/// be written is counted and told in the log when it can be again.
/// </summary>
public sealed class LogAppender : IDisposable
{
    // A buffer that grew beyond this while the disk was slow is not kept.
    private const int LargestKept = 256 * 1024;

    private readonly LogBuffer _buffer;
    private readonly LogFileWriter _files;
    private byte[] _spare = [];
    private LogBatch? _taken;

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
    public void Flush()
    {
        if (Take() is not { } lines) return;
        lines.Write();
        Return(lines);
    }

    /// <summary>
    /// Takes what is pending, for any thread to write while this one goes on appending; null when there is nothing, or what was
    /// taken before has not been returned.
    /// </summary>
    /// <param name="last">Also tells of a gap that is not over.</param>
    public LogBatch? Take(bool last = false)
    {
        if (_taken is not null) return null;
        var lines = _buffer.Take(ref _spare, last);
        return lines.IsEmpty ? null : _taken = new LogBatch(_files, lines);
    }

    /// <summary>Gives back what was taken and written; counts what was refused.</summary>
    public void Return(LogBatch lines)
    {
        if (lines.Failed) _buffer.Lose(lines.Bytes.Span, lines.Written);
        if (_spare.Length > LargestKept) _spare = [];
        _taken = null;
    }

    /// <summary>Writes what is pending and closes; not what was taken and has not been returned, which is still being written.</summary>
    public void Dispose()
    {
        if (Take(last: true) is { } lines) lines.Write();
        _files.Dispose();
    }
}
