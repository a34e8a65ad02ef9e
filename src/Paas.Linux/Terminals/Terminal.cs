using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using static Paas.Linux.Native;

namespace Paas.Linux.Terminals;

/// <summary>Size of a terminal, in characters.</summary>
public readonly record struct TerminalSize(int Rows, int Columns);

/// <summary>Terminals and pseudo-terminals: size and raw mode.</summary>
public static unsafe class Terminal
{
    // sizeof(struct termios) is 60 with glibc.
    private const int AttributeBytes = 64;

    /// <summary>Whether a descriptor is a terminal's.</summary>
    public static bool Is(SafeFileHandle descriptor) => TrySize(descriptor, out _);

    /// <summary>The size; false when the descriptor is no terminal's.</summary>
    public static bool TrySize(SafeFileHandle terminal, out TerminalSize size)
    {
        winsize raw;
        var result = Kernel.Call(SYS_ioctl, terminal.DangerousGetHandle(), TIOCGWINSZ, (nint)(&raw));
        size = result < 0 ? default : new TerminalSize(raw.ws_row, raw.ws_col);
        return result >= 0;
    }

    /// <summary>Sets the size; the foreground processes of the terminal get SIGWINCH.</summary>
    /// <exception cref="LinuxException">It is no terminal.</exception>
    public static void Resize(SafeFileHandle terminal, TerminalSize size)
    {
        var raw = Raw(size);
        Kernel.Check(Kernel.Call(SYS_ioctl, terminal.DangerousGetHandle(), TIOCSWINSZ, (nint)(&raw)), "ioctl TIOCSWINSZ");
    }

    /// <summary>
    /// Puts a terminal into raw mode: every byte passes as it is, with no echo and no signals. Disposing the result puts it back.
    /// </summary>
    /// <exception cref="LinuxException">It is no terminal.</exception>
    public static IDisposable MakeRaw(SafeFileHandle terminal) => new RawMode(terminal);

    /// <summary>Lets a terminal pass line ends on as they are written, without a carriage return before each.</summary>
    /// <exception cref="LinuxException">It is no terminal.</exception>
    public static void KeepLineEnds(SafeFileHandle terminal)
    {
        // c_oflag is the second of the four flag words that struct termios begins with.
        const int OutputFlags = 1;
        var number = (int)terminal.DangerousGetHandle();
        var attributes = stackalloc uint[AttributeBytes / sizeof(uint)];
        Check(tcgetattr(number, (byte*)attributes), "tcgetattr");
        attributes[OutputFlags] &= ~(uint)ONLCR;
        Check(tcsetattr(number, TCSANOW, (byte*)attributes), "tcsetattr");
    }

    private static void Check(int result, string call)
    {
        if (result != 0) throw new LinuxException(call, Marshal.GetLastPInvokeError());
    }

    /// <summary>A size as the kernel takes it.</summary>
    public static winsize Raw(TerminalSize size) =>
        new() { ws_row = (ushort)Math.Clamp(size.Rows, 0, ushort.MaxValue), ws_col = (ushort)Math.Clamp(size.Columns, 0, ushort.MaxValue) };

    private sealed class RawMode : IDisposable
    {
        private readonly SafeFileHandle _terminal;
        private readonly byte[] _before = new byte[AttributeBytes];

        public RawMode(SafeFileHandle terminal)
        {
            _terminal = terminal;
            fixed (byte* before = _before)
            {
                Check(tcgetattr(Number, before), "tcgetattr");
                var raw = stackalloc byte[AttributeBytes];
                _before.CopyTo(new Span<byte>(raw, AttributeBytes));
                cfmakeraw(raw);
                Check(tcsetattr(Number, TCSANOW, raw), "tcsetattr");
            }
        }

        private int Number => (int)_terminal.DangerousGetHandle();

        public void Dispose()
        {
            // A terminal that is gone meanwhile has no mode to put back.
            fixed (byte* before = _before) _ = tcsetattr(Number, TCSANOW, before);
        }
    }
}
