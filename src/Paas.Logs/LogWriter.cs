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

    private readonly Lock adding = new();
    private readonly Lock writing = new();
    private readonly LogBuffer buffer;
    private readonly LogFileWriter files;
    private readonly TimeSpan flushAfter;
    private readonly ITimer timer;
    private byte[] spare = [];
    private bool armed;
    private bool hurried;
    private bool disposed;

    /// <summary>Makes the directory when it is missing and continues its newest file.</summary>
    /// <exception cref="IOException">The directory cannot be made or opened.</exception>
    /// <exception cref="UnauthorizedAccessException">As above, for lack of permission.</exception>
    public LogWriter(string directory, LogOptions? options = null, TimeProvider? time = null)
    {
        options ??= LogOptions.Default;
        options.Validate();
        time ??= TimeProvider.System;
        flushAfter = options.FlushAfter;
        buffer = new LogBuffer(options, time);
        files = new LogFileWriter(directory, options);
        timer = time.CreateTimer(
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
        lock (adding)
        {
            if (disposed) return;
            buffer.Add(stream, utf8);
            Arm();
        }
    }

    /// <summary>Writes what is pending before it returns.</summary>
    public void Flush()
    {
        lock (writing)
        {
            ReadOnlyMemory<byte> lines;
            lock (adding)
            {
                lines = buffer.Take(ref spare, disposed);
                armed = hurried = false;
            }

            WriteLines(lines.Span);
            lock (adding)
            {
                if (!buffer.IsEmpty && !disposed) Arm();
            }
        }
    }

    /// <summary>Writes what is pending and closes; later writes are ignored.</summary>
    public void Dispose()
    {
        lock (adding)
        {
            if (disposed) return;
            disposed = true;
        }

        timer.Dispose();
        Flush();
        lock (writing) files.Dispose();
    }

    private void WriteLines(ReadOnlySpan<byte> lines)
    {
        if (lines.IsEmpty) return;
        try
        {
            files.Write(lines);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            lock (adding) buffer.Lose(lines);
        }
    }

    private void Arm()
    {
        var hurry = buffer.Pending.Length >= FlushAtBytes;
        if (armed && (hurried || !hurry)) return;
        armed = true;
        hurried = hurry;
        timer.Change(hurry ? TimeSpan.Zero : flushAfter, Timeout.InfiniteTimeSpan);
    }
}
