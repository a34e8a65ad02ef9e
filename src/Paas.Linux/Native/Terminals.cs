using System.Runtime.InteropServices;

namespace Paas.Linux;

/// <content>Terminals (sys/ioctl.h, termios.h).</content>
public static unsafe partial class Native
{
    public const int TIOCGWINSZ = 0x5413;
    public const int TIOCSWINSZ = 0x5414;
    public const int TIOCSPTLCK = 0x40045431;
    public const int TIOCGPTPEER = 0x5441;
    public const int ONLCR = 4;
    public const int TCSANOW = 0;

    /// <summary>sys/ioctl.h</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct winsize
    {
        public ushort ws_row;
        public ushort ws_col;
        public ushort ws_xpixel;
        public ushort ws_ypixel;
    }

    // struct termios is opaque here: 60 bytes of the C library's.
    [LibraryImport("libc", SetLastError = true)]
    internal static partial int tcgetattr(int descriptor, byte* attributes);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int tcsetattr(int descriptor, int when, byte* attributes);

    [LibraryImport("libc")]
    internal static partial void cfmakeraw(byte* attributes);
}
