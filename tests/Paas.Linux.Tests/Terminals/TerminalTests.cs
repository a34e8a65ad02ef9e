using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Paas.Linux.Events;
using Paas.Linux.Terminals;
using Xunit;
using static Paas.Linux.Native;

namespace Paas.Linux.Tests.Terminals;

/// <summary>With a pseudo-terminal of the test's own.</summary>
public sealed class TerminalTests : IDisposable
{
    private readonly SafeFileHandle _master = Files.Open("/dev/ptmx", O_RDWR | O_NOCTTY);
    private readonly SafeFileHandle _slave;

    public TerminalTests()
    {
        var name = new byte[64];
        Assert.Equal(0, unlockpt((int)_master.DangerousGetHandle()));
        Assert.Equal(0, ptsname_r((int)_master.DangerousGetHandle(), name, name.Length));
        _slave = Files.Open(Encoding.ASCII.GetString(name, 0, Array.IndexOf(name, (byte)0)), O_RDWR | O_NOCTTY);
    }

    public void Dispose()
    {
        _slave.Dispose();
        _master.Dispose();
    }

    [Fact]
    public void Only_terminals_are_terminals()
    {
        Assert.True(Terminal.Is(_slave));
        using var file = Files.OpenAnonymous("file");
        Assert.False(Terminal.Is(file));
        Assert.Throws<LinuxException>(() => Terminal.Resize(file, new TerminalSize(1, 2)));
        Assert.Throws<LinuxException>(() => Terminal.MakeRaw(file));
    }

    [Theory]
    [InlineData(24, 80, 24, 80)]
    [InlineData(70_000, -1, 65_535, 0)]
    public void A_size_set_at_one_end_is_the_others_too(int rows, int columns, int expectedRows, int expectedColumns)
    {
        Terminal.Resize(_master, new TerminalSize(rows, columns));
        Assert.True(Terminal.TrySize(_slave, out var size));
        Assert.Equal(new TerminalSize(expectedRows, expectedColumns), size);
    }

    [Fact]
    public void Raw_mode_passes_bytes_as_they_are_until_it_is_put_back()
    {
        using (Terminal.MakeRaw(_slave))
        {
            // No line to wait for, no signal, no translation.
            Descriptors.Write(_master, "a\u0003\r"u8);
            Assert.Equal("a\u0003\r", Read(_slave));
        }

        Descriptors.Write(_master, "line\r"u8);
        Assert.Equal("line\n", Read(_slave));
    }

    private static string Read(SafeFileHandle from)
    {
        var buffer = new byte[64];
        return Encoding.ASCII.GetString(buffer, 0, Descriptors.Read(from, buffer));
    }

    [DllImport("libc")]
    private static extern int unlockpt(int fd);

    [DllImport("libc")]
    private static extern int ptsname_r(int fd, byte[] buffer, nint length);
}
