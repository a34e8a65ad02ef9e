using Paas.Logs;

namespace Paas.Runtime.Supervise;

/// <summary>
/// The log of the supervised process, flushed from the loop soon after a line came. The disk's thread writes; the loop waits for it
/// for a moment, and where that is not enough goes on: what comes meanwhile is held up to a bound, beyond it counted and told.
/// </summary>
internal sealed class SupervisorLog : IDisposable
{
    private const int FlushAtBytes = 64 * 1024;

    // What a disk that is well takes, and how often to look after one that is not.
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    private readonly EventLoop _loop;
    private readonly DiskThread _disk;
    private readonly LogAppender _log;
    private readonly Action _whenDue;
    private IDisposable? _flush;
    private LogBatch? _writing;
    private volatile bool _written;
    private bool _refused;

    /// <exception cref="IOException">The directory cannot be made or opened.</exception>
    public SupervisorLog(EventLoop loop, DiskThread disk, string directory)
    {
        (_loop, _disk) = (loop, disk);
        _log = new LogAppender(directory);
        _whenDue = Flush;
    }

    /// <summary>A line of the process.</summary>
    public void Write(LogStream stream, ReadOnlySpan<byte> line)
    {
        _log.Append(stream, line);
        if (_log.PendingBytes >= FlushAtBytes && !_refused && (_writing is null || _written)) Flush();
        else _flush ??= _loop.After(LogOptions.Default.FlushAfter, _whenDue);
    }

    /// <summary>A line about the process.</summary>
    public void Say(string text)
    {
        _log.Append(LogStream.System, text);
        _flush ??= _loop.After(LogOptions.Default.FlushAfter, _whenDue);
    }

    /// <summary>Gives what is pending to the disk.</summary>
    public void Flush()
    {
        _flush?.Dispose();
        _refused = false;
        if (TakeBack() && _log.Take() is { } lines)
        {
            Post(lines);
            _disk.Wait(Moment);
            TakeBack();
        }

        // Lines held back by the rate limit are told of when it lets go.
        if (_writing is not null) _flush = _loop.After(Look, _whenDue);
        else if (_refused) _flush = _loop.After(AfterFailure, _whenDue);
        else _flush = _log.HasPending ? _loop.After(LogOptions.Default.FlushAfter, _whenDue) : null;
    }

    /// <summary>Writes what is pending, as far as the disk takes it in this time, and closes.</summary>
    public void Dispose(TimeSpan patience)
    {
        _flush?.Dispose();
        if (!_disk.Wait(patience) || !TakeBack()) return;
        if (_log.Take(last: true) is { } lines) Post(lines);
        if (_disk.Wait(patience)) _log.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose() => Dispose(TimeSpan.FromSeconds(5));

    private void Post(LogBatch lines)
    {
        _written = false;
        _writing = lines;
        _disk.Post(() =>
        {
            lines.Write();
            _written = true;
        });
    }

    // False while the disk has lines.
    private bool TakeBack()
    {
        if (_writing is not { } lines) return true;
        if (!_written) return false;
        _refused = lines.Failed;
        _log.Return(lines);
        _writing = null;
        return true;
    }
}
