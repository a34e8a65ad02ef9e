using System.Runtime.InteropServices;
using System.Threading.Channels;
using Paas.Contracts.Supervision;

namespace Paas.Cli.Output;

/// <summary>
/// The terminal this program was started at, given over to a remote process: raw, so that every key goes there, until disposed.
/// </summary>
internal sealed unsafe partial class LocalTerminal : IDisposable
{
    private const int AttributeBytes = 64; // sizeof(struct termios) is 60
    private const int AfterOutput = 1; // TCSADRAIN
    private const nuint GetWindowSize = 0x5413; // TIOCGWINSZ

    private readonly byte[] _before;
    private readonly Channel<WindowSize> _sizes =
        Channel.CreateBounded<WindowSize>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly PosixSignalRegistration _resized;

    private LocalTerminal(WindowSize size, byte[] before)
    {
        (Size, _before) = (size, before);
        _resized = PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ =>
        {
            if (TrySize() is { } now) _sizes.Writer.TryWrite(now);
        });
    }

    /// <summary>Its size when it was taken.</summary>
    public WindowSize Size { get; }

    /// <summary>Its later sizes.</summary>
    public ChannelReader<WindowSize> Sizes => _sizes.Reader;

    /// <summary>Takes it; null where standard input and output are not both a terminal's.</summary>
    public static LocalTerminal? TryTake()
    {
        if (Console.IsInputRedirected || Console.IsOutputRedirected || TrySize() is not { } size) return null;
        var before = new byte[AttributeBytes];
        var raw = stackalloc byte[AttributeBytes];
        fixed (byte* first = before)
        {
            if (GetAttributes(0, first) != 0) return null;
        }

        before.CopyTo(new Span<byte>(raw, AttributeBytes));
        MakeRaw(raw);
        return SetAttributes(0, AfterOutput, raw) == 0 ? new LocalTerminal(size, before) : null;
    }

    public void Dispose()
    {
        _resized.Dispose();
        fixed (byte* before = _before) _ = SetAttributes(0, AfterOutput, before);
    }

    private static WindowSize? TrySize()
    {
        // struct winsize: rows, columns, and two sizes in pixels.
        var size = stackalloc ushort[4];
        return Control(0, GetWindowSize, size) == 0 ? new WindowSize(size[0], size[1]) : null;
    }

    [LibraryImport("libc", EntryPoint = "tcgetattr")]
    private static partial int GetAttributes(int descriptor, byte* attributes);

    [LibraryImport("libc", EntryPoint = "tcsetattr")]
    private static partial int SetAttributes(int descriptor, int when, byte* attributes);

    [LibraryImport("libc", EntryPoint = "cfmakeraw")]
    private static partial void MakeRaw(byte* attributes);

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int Control(int descriptor, nuint request, ushort* size);
}
