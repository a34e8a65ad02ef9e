using Microsoft.Win32.SafeHandles;
using Paas.Linux;
using Paas.Linux.Events;
using Paas.Linux.Terminals;
using static Paas.Linux.Native;

namespace Paas.Runtime.Terminals;

/// <summary>
/// Carries bytes between this program's standard streams and a process's terminal, and the size of one's terminal to the other's.
/// </summary>
internal sealed class TerminalRelay : IDisposable
{
    private const int BufferBytes = 32 * 1024;

    private readonly SafeFileHandle _master;
    private readonly SafeFileHandle _input = new(0, ownsHandle: false);
    private readonly SafeFileHandle _output = new(1, ownsHandle: false);
    private readonly SafeFileHandle _resized = SignalPipe.Open(SIGWINCH);
    private readonly IDisposable? _raw;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly byte[] _typed = new byte[BufferBytes];
    private int _typedFrom;
    private int _typedTo;
    private bool _inputOpen = true;

    /// <param name="master">The terminal's master end; this object owns it.</param>
    public TerminalRelay(SafeFileHandle master)
    {
        _master = master;
        Descriptors.SetNonBlocking(master);
        // The terminal in front of the person adds the carriage returns; a file or a pipe wants none.
        Terminal.KeepLineEnds(master);
        if (!Terminal.Is(_input)) return;
        _raw = Terminal.MakeRaw(_input);
        TakeSize();
    }

    /// <summary>Relays until the process has ended and everything it wrote has been passed on.</summary>
    public void Run(SafeFileHandle process)
    {
        Span<pollfd> waits = stackalloc pollfd[4];
        while (true)
        {
            var pending = _typedTo > _typedFrom;
            waits[0] = Wait(_master, pending ? POLLIN | POLLOUT : POLLIN);
            waits[1] = Wait(_resized, POLLIN);
            waits[2] = Wait(process, POLLIN);
            waits[3] = Wait(_input, POLLIN);
            _ = Poll.Wait(_inputOpen && !pending ? waits : waits[..3], -1);
            if (waits[1].revents != 0) Resized();
            if (waits[0].revents != 0 && pending) PassOn();
            var open = waits[0].revents == 0 || Show();
            if (_inputOpen && !pending && waits[3].revents != 0) Type();
            if (waits[2].revents == 0 && open) continue;
            while (Show())
            {
            }

            return;
        }
    }

    public void Dispose()
    {
        _raw?.Dispose();
        _resized.Dispose();
        _master.Dispose();
    }

    private static pollfd Wait(SafeFileHandle descriptor, int events) => new() { fd = (int)descriptor.DangerousGetHandle(), events = (short)events };

    // False when nothing is there (any more): all its slaves are closed, or it has nothing at present.
    private bool Show()
    {
        int count;
        try
        {
            count = Descriptors.Read(_master, _buffer);
        }
        catch (LinuxException)
        {
            return false;
        }

        if (count <= 0) return false;
        try
        {
            Descriptors.Write(_output, _buffer.AsSpan(0, count));
            return true;
        }
        catch (LinuxException)
        {
            // Nobody reads what it writes, so the terminal hangs up on it, as one does whose window is closed.
            _raw?.Dispose();
            _master.Dispose();
            throw;
        }
    }

    private void Type()
    {
        var count = Descriptors.Read(_input, _typed);
        _inputOpen = count != 0;
        (_typedFrom, _typedTo) = (0, Math.Max(0, count));
        PassOn();
    }

    private void PassOn()
    {
        try
        {
            var count = Descriptors.WriteSome(_master, _typed.AsSpan(_typedFrom, _typedTo - _typedFrom));
            if (count > 0) _typedFrom += count;
        }
        catch (LinuxException)
        {
            // Nobody reads it any more.
            (_typedFrom, _typedTo, _inputOpen) = (0, 0, false);
        }
    }

    private void Resized()
    {
        while (Descriptors.Read(_resized, _buffer.AsSpan(0, 64)) > 0)
        {
        }

        TakeSize();
    }

    private void TakeSize()
    {
        if (Terminal.TrySize(_input, out var size)) Terminal.Resize(_master, size);
    }
}
