using Microsoft.Win32.SafeHandles;
using Paas.Linux.Events;
using Paas.Logs;

namespace Paas.Runtime.Supervise;

/// <summary>
/// Moves what a process writes into its log, line by line. Always reads on, whatever the disk does, so that a process never
/// waits for its log.
/// </summary>
internal sealed class OutputPump : IDisposable
{
    // As much as a pipe holds.
    private static readonly byte[] Buffer = new byte[16 * 1024];

    // What may be read in one go, so that a loud process leaves the others their turn.
    private const int ReadsInTurn = 4;

    private readonly EventLoop _loop;
    private readonly SafeFileHandle _pipe;
    private readonly LineSplitter _lines;

    public OutputPump(EventLoop loop, SafeFileHandle pipe, LineSplitter lines)
    {
        (_loop, _pipe, _lines) = (loop, pipe, lines);
        _loop.Watch(_pipe, PollEvents.Readable, () => Read(ReadsInTurn));
    }

    /// <summary>Takes what is in the pipe, the rest of a last line too, and closes it.</summary>
    public void Dispose()
    {
        // Bounded: whoever else still holds the other end could write for ever.
        if (!_pipe.IsClosed) Read(1024);
        Close();
    }

    private void Read(int times)
    {
        for (var i = 0; i < times; i++)
        {
            var count = Descriptors.Read(_pipe, Buffer);
            if (count < 0) return;
            if (count == 0)
            {
                Close();
                return;
            }

            _lines.Add(Buffer.AsSpan(0, count));
        }
    }

    private void Close()
    {
        _lines.End();
        _loop.Forget(_pipe);
        _pipe.Dispose();
    }
}
