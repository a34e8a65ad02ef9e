using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Paas.Linux.Events;

/// <summary>Reading and writing descriptors that do not block.</summary>
public static unsafe partial class Descriptors
{
    private const int CloseOnExec = 0x80000;
    private const int SetDescriptorFlags = 2;
    private const int GetFlags = 3;
    private const int SetFlags = 4;
    private const int NonBlocking = 0x800;

    /// <summary>Bytes read, 0 at the end, or -1 when there is nothing at present.</summary>
    /// <exception cref="LinuxException">read failed.</exception>
    public static int Read(SafeFileHandle from, Span<byte> into)
    {
        fixed (byte* first = into)
        {
            while (true)
            {
                var count = read(from, first, (nuint)into.Length);
                if (count >= 0) return (int)count;
                var error = Marshal.GetLastPInvokeError();
                if (error == Errno.EAGAIN) return -1;
                if (error != Errno.EINTR) throw new LinuxException("read", error);
            }
        }
    }

    /// <summary>Writes all of it, waiting where it must.</summary>
    /// <exception cref="LinuxException">write failed.</exception>
    public static void Write(SafeFileHandle into, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* first = bytes)
        {
            for (var written = 0; written < bytes.Length;)
            {
                var count = write(into, first + written, (nuint)(bytes.Length - written));
                if (count >= 0) written += (int)count;
                else if (Marshal.GetLastPInvokeError() is not Errno.EINTR and var error) throw new LinuxException("write", error);
            }
        }
    }

    /// <summary>A pipe whose ends close on exec. The end that is read does not block; the one that is written does.</summary>
    public static (SafeFileHandle Read, SafeFileHandle Write) Pipe()
    {
        var ends = stackalloc int[2];
        if (pipe2(ends, CloseOnExec) != 0) throw new LinuxException("pipe2", Marshal.GetLastPInvokeError());
        var (reading, writing) = (new SafeFileHandle(ends[0], true), new SafeFileHandle(ends[1], true));
        SetNonBlocking(reading);
        return (reading, writing);
    }

    /// <summary>Makes reads and writes return at once, for everyone who shares the open file.</summary>
    public static void SetNonBlocking(SafeFileHandle descriptor)
    {
        var flags = fcntl(descriptor, GetFlags, 0);
        if (flags < 0 || fcntl(descriptor, SetFlags, flags | NonBlocking) < 0)
        {
            throw new LinuxException("fcntl(F_SETFL)", Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>Keeps a descriptor from programs this one executes.</summary>
    public static void SetCloseOnExec(SafeFileHandle descriptor)
    {
        if (fcntl(descriptor, SetDescriptorFlags, 1) < 0) throw new LinuxException("fcntl(F_SETFD)", Marshal.GetLastPInvokeError());
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(SafeFileHandle descriptor, byte* into, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(SafeFileHandle descriptor, byte* from, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int pipe2(int* ends, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fcntl(SafeFileHandle descriptor, int command, nint argument);
}
