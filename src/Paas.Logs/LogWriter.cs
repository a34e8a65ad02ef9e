using System.Buffers;
using System.Text;

namespace Paas.Logs;

/// <summary>
/// Writes the log of one source from any number of threads. A write copies the line into a bounded buffer and returns; a timer
/// that only runs while lines wait writes them to the file within <see cref="LogOptions.FlushAfter"/>. Never throws once made:
/// what cannot be written is counted and told in the log when it can be again.
/// </summary>
public sealed class LogWriter : IDisposable
{
    private const int FlushAtBytes = 128 * 1024;

    private readonly Lock _adding = new();
    private readonly Lock _writing = new();
    private readonly LogBuffer _buffer;
    private readonly LogFileWriter _files;
    private readonly TimeSpan _flushAfter;
    private readonly ITimer _timer;
    private byte[] _spare = [];
    private bool _armed;
    private bool _hurried;
    private bool _disposed;

    /// <summary>Makes the directory when it is missing and continues its newest file.</summary>
    /// <exception cref="IOException">The directory cannot be made or opened.</exception>
    /// <exception cref="UnauthorizedAccessException">As above, for lack of permission.</exception>
    public LogWriter(string directory, LogOptions? options = null, TimeProvider? time = null)
    {
        options ??= LogOptions.Default;
        options.Validate();
        time ??= TimeProvider.System;
        _flushAfter = options.FlushAfter;
        _buffer = new LogBuffer(options, time);
        _files = new LogFileWriter(directory, options);
        _timer = time.CreateTimer(
            static writer => ((LogWriter)writer!).Flush(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Adds the lines of <paramref name="text"/>, stamped with the present time.</summary>
    public void Write(LogStream stream, ReadOnlySpan<char> text)
    {
        var rented = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        Write(stream, rented.AsSpan(0, Encoding.UTF8.GetBytes(text, rented)));
        ArrayPool<byte>.Shared.Return(rented);
    }

    /// <summary>Adds the lines of <paramref name="utf8"/>, stamped with the present time.</summary>
    public void Write(LogStream stream, ReadOnlySpan<byte> utf8)
    {
        lock (_adding)
        {
            if (_disposed) return;
            _buffer.Add(stream, utf8);
            Arm();
        }
    }

    /// <summary>Writes what is pending before it returns.</summary>
    public void Flush()
    {
        lock (_writing)
        {
            ReadOnlyMemory<byte> lines;
            lock (_adding)
            {
                lines = _buffer.Take(ref _spare, _disposed);
                _armed = _hurried = false;
            }

            WriteLines(lines.Span);
            lock (_adding)
            {
                if (!_buffer.IsEmpty && !_disposed) Arm();
            }
        }
    }

    /// <summary>Writes what is pending and closes; later writes are ignored.</summary>
    public void Dispose()
    {
        lock (_adding)
        {
            if (_disposed) return;
            _disposed = true;
        }

        _timer.Dispose();
        Flush();
        lock (_writing) _files.Dispose();
    }

    private void WriteLines(ReadOnlySpan<byte> lines)
    {
        if (lines.IsEmpty) return;
        try
        {
            _files.Write(lines);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            lock (_adding) _buffer.Lose(lines, _files.Written);
        }
    }

    private void Arm()
    {
        var hurry = _buffer.Pending.Length >= FlushAtBytes;
        if (_armed && (_hurried || !hurry)) return;
        _armed = true;
        _hurried = hurry;
        _timer.Change(hurry ? TimeSpan.Zero : _flushAfter, Timeout.InfiniteTimeSpan);
    }
}
