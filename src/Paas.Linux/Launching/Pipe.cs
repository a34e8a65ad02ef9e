using Microsoft.Win32.SafeHandles;
using static Paas.Linux.Native;

namespace Paas.Linux.Launching;

/// <summary>A pipe whose ends close on exec.</summary>
public sealed unsafe class Pipe : IDisposable
{
    private readonly SafeFileHandle _read;
    private readonly SafeFileHandle _write;

    public Pipe()
    {
        var ends = stackalloc int[2];
        Kernel.Check(Kernel.Call(SYS_pipe2, (nint)ends, O_CLOEXEC), "pipe2");
        _read = Kernel.Handle(ends[0]);
        _write = Kernel.Handle(ends[1]);
        ReadEnd = ends[0];
        WriteEnd = ends[1];
    }

    /// <summary>Number of the reading end's descriptor, as a forked child sees it too.</summary>
    public nint ReadEnd { get; }

    /// <inheritdoc cref="ReadEnd"/>
    public nint WriteEnd { get; }

    public void CloseReadEnd() => _read.Dispose();

    public void CloseWriteEnd() => _write.Dispose();

    /// <summary>Writes one byte; false when nobody can read it any more.</summary>
    public bool WriteByte(byte value = 1)
    {
        var result = Kernel.Call(SYS_write, WriteEnd, (nint)(&value), 1);
        if (result == -Errno.EPIPE) return false;
        Kernel.Check(result, "write");
        return true;
    }

    /// <summary>Reads once; 0 at the end.</summary>
    public int Read(Span<byte> buffer)
    {
        fixed (byte* p = buffer)
        {
            nint result;
            do result = Kernel.Call(SYS_read, ReadEnd, (nint)p, buffer.Length);
            while (result == -Errno.EINTR);
            return (int)Kernel.Check(result, "read");
        }
    }

    public void Dispose()
    {
        _read.Dispose();
        _write.Dispose();
    }
}
