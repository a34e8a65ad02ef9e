using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Paas.Images.Compression;

/// <summary>
/// Reads a stream on a thread of its own, some buffers ahead, so that decompressing and hashing go on while files are written.
/// A failure there is thrown where its bytes would have been read. Disposing ends the thread, and leaves the stream behind it open.
/// </summary>
internal sealed class ReadAheadStream : ForwardStream
{
    private const int BufferSize = 256 * 1024;
    private const int Buffers = 8;

    private readonly Stream _source;
    private readonly BlockingCollection<byte[]> _free = [];
    private readonly BlockingCollection<(byte[] Buffer, int Length)> _filled = new(Buffers);
    private readonly CancellationTokenSource _end = new();
    private readonly Thread _thread;
    private (byte[] Buffer, int Length) _current = ([], 0);
    private int _position;
    private ExceptionDispatchInfo? _failure;

    public ReadAheadStream(Stream source)
    {
        _source = source;
        for (var i = 0; i < Buffers; i++) _free.Add(GC.AllocateUninitializedArray<byte>(BufferSize));
        _thread = new Thread(Fill) { IsBackground = true, Name = "read ahead" };
        _thread.Start();
    }

    public override bool CanRead => true;

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty || (_position == _current.Length && !Next())) return 0;
        var count = int.Min(buffer.Length, _current.Length - _position);
        _current.Buffer.AsSpan(_position, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_end.IsCancellationRequested)
        {
            _end.Cancel();
            _thread.Join();
            _end.Dispose();
            _filled.Dispose();
            _free.Dispose();
        }

        base.Dispose(disposing);
    }

    private bool Next()
    {
        if (_current.Length > 0) _free.Add(_current.Buffer);
        (_current, _position) = (([], 0), 0);
        if (_filled.TryTake(out _current, Timeout.Infinite)) return true;
        _current = ([], 0);
        _failure?.Throw();
        return false;
    }

    private void Fill()
    {
        try
        {
            while (true)
            {
                var buffer = _free.Take(_end.Token);
                var length = _source.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
                if (length == 0) break;
                _filled.Add((buffer, length), _end.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // Nobody reads on.
        }
        catch (Exception error)
        {
            _failure = ExceptionDispatchInfo.Capture(error);
        }
        finally
        {
            _filled.CompleteAdding();
        }
    }
}
