using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Paas.Linux.Events;
using Paas.Linux.Terminals;

namespace Paas.Runtime.FunctionalTests.Terminals;

/// <summary>The master end of a pseudo-terminal: what somebody at its keyboard sees and does.</summary>
internal sealed class TestTerminal : IDisposable
{
    private readonly SafeFileHandle _master;
    private readonly SafeFileHandle? _slave;
    private readonly StringBuilder _text = new();

    /// <param name="master">This object owns it.</param>
    /// <param name="slave">Held open, so that the terminal does not hang up between two who use it; null leaves that to them.</param>
    public TestTerminal(SafeFileHandle master, SafeFileHandle? slave = null)
    {
        (_master, _slave) = (master, slave);
        new Thread(Read) { IsBackground = true }.Start();
    }

    /// <summary>Everything shown so far, with lines ended by <c>\n</c>.</summary>
    public string Text
    {
        get
        {
            lock (_text) return _text.ToString().Replace("\r\n", "\n");
        }
    }

    /// <summary>A new terminal of the host's, and the path of its slave.</summary>
    public static (TestTerminal Terminal, string Slave) Open()
    {
        var master = File.OpenHandle("/dev/ptmx", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        var number = (int)master.DangerousGetHandle();
        if (unlockpt(number) != 0) throw new IOException("unlockpt failed");
        var name = new byte[64];
        if (ptsname_r(number, name, name.Length) != 0) throw new IOException("ptsname_r failed");
        var path = Encoding.ASCII.GetString(name, 0, Array.IndexOf(name, (byte)0));
        return (new TestTerminal(master, Linux.Files.Open(path, Linux.Native.O_RDWR | Linux.Native.O_NOCTTY)), path);
    }

    /// <summary>Waits until something has been shown.</summary>
    public void Expect(string what) => TestContainer.Eventually(() => Text.Contains(what), $"'{what}' on the terminal, which shows: {Text}");

    public void Type(string keys) => Descriptors.Write(_master, Encoding.UTF8.GetBytes(keys));

    public void Resize(int rows, int columns) => Terminal.Resize(_master, new TerminalSize(rows, columns));

    public TerminalSize Size => Terminal.TrySize(_master, out var size) ? size : default;

    public void Dispose()
    {
        _slave?.Dispose();
        _master.Dispose();
    }

    private void Read()
    {
        var buffer = new byte[4096];
        try
        {
            while (Descriptors.Read(_master, buffer) is > 0 and var count)
            {
                lock (_text) _text.Append(Encoding.UTF8.GetString(buffer, 0, count));
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // All slaves are closed.
        }
    }

    [DllImport("libc")]
    private static extern int unlockpt(int fd);

    [DllImport("libc")]
    private static extern int ptsname_r(int fd, byte[] buffer, nint length);
}
