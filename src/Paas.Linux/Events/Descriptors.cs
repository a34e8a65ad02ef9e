using Microsoft.Win32.SafeHandles;
using static Paas.Linux.Native;

namespace Paas.Linux.Events;

/// <summary>Reading and writing descriptors, those that do not block among them.</summary>
public static unsafe class Descriptors
{
    /// <summary>Bytes read, 0 at the end, or -1 when there is nothing at present.</summary>
    /// <exception cref="LinuxException">read failed.</exception>
    public static int Read(SafeFileHandle from, Span<byte> into)
    {
        fixed (byte* first = into)
        {
            nint count;
            do count = Kernel.Call(SYS_read, from.DangerousGetHandle(), (nint)first, into.Length);
            while (count == -Errno.EINTR);
            return count == -Errno.EAGAIN ? -1 : (int)Kernel.Check(count, "read");
        }
    }

    /// <summary>Whether a descriptor is open and stays so across execve: as one is that this process was started with.</summary>
    public static bool IsInherited(int descriptor) => Kernel.Call(SYS_fcntl, descriptor, F_GETFD) is >= 0 and var flags && (flags & FD_CLOEXEC) == 0;

    /// <summary>Writes all of it, waiting where it must.</summary>
    /// <exception cref="LinuxException">write failed.</exception>
    public static void Write(SafeFileHandle into, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* first = bytes)
        {
            for (var written = 0; written < bytes.Length;)
            {
                var count = Kernel.Call(SYS_write, into.DangerousGetHandle(), (nint)(first + written), bytes.Length - written);
                // Whoever shares the other end may have made it one that does not block.
                if (count == -Errno.EAGAIN) Poll.Wait([new pollfd { fd = (int)into.DangerousGetHandle(), events = POLLOUT }], -1);
                else if (count != -Errno.EINTR) written += (int)Kernel.Check(count, "write");
            }
        }
    }

    /// <summary>Writes what fits now; -1 when nothing does.</summary>
    /// <exception cref="LinuxException">write failed.</exception>
    public static int WriteSome(SafeFileHandle into, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* first = bytes)
        {
            var count = Kernel.Call(SYS_write, into.DangerousGetHandle(), (nint)first, bytes.Length);
            return count is -Errno.EAGAIN or -Errno.EINTR ? -1 : (int)Kernel.Check(count, "write");
        }
    }

    /// <summary>
    /// Puts the null device where this process was started without one of its standard streams: else the next file it opens is one, and
    /// what it starts inherits that.
    /// </summary>
    /// <exception cref="LinuxException">There is no null device.</exception>
    public static void OpenMissingStandardStreams()
    {
        for (var stream = 0; stream <= 2; stream++)
        {
            if (Kernel.Call(SYS_fcntl, stream, F_GETFD) >= 0) continue;
            // The lowest number that is free, which is this one.
            fixed (byte* path = "/dev/null\0"u8) Kernel.Check(Kernel.Call(SYS_openat, AT_FDCWD, (nint)path, O_RDWR), "open", "/dev/null");
        }
    }

    /// <summary>Lets reads and writes of a descriptor return at once.</summary>
    public static void SetNonBlocking(SafeFileHandle descriptor)
    {
        var flags = Kernel.Check(Kernel.Call(SYS_fcntl, descriptor.DangerousGetHandle(), F_GETFL), "fcntl F_GETFL");
        Kernel.Check(Kernel.Call(SYS_fcntl, descriptor.DangerousGetHandle(), F_SETFL, flags | O_NONBLOCK), "fcntl F_SETFL");
    }

    /// <summary>A pipe whose ends close on exec. The end that is read does not block; the one that is written does.</summary>
    public static (SafeFileHandle Read, SafeFileHandle Write) Pipe()
    {
        var ends = stackalloc int[2];
        Kernel.Check(Kernel.Call(SYS_pipe2, (nint)ends, O_CLOEXEC), "pipe2");
        var (reading, writing) = (Kernel.Handle(ends[0]), Kernel.Handle(ends[1]));
        // Only of this end: an open pipe has flags for each.
        Kernel.Check(Kernel.Call(SYS_fcntl, ends[0], F_SETFL, O_NONBLOCK), "fcntl F_SETFL");
        return (reading, writing);
    }

    /// <summary>Keeps a descriptor from programs this one executes.</summary>
    public static void SetCloseOnExec(SafeFileHandle descriptor) =>
        Kernel.Check(Kernel.Call(SYS_fcntl, descriptor.DangerousGetHandle(), F_SETFD, FD_CLOEXEC), "fcntl F_SETFD");
}
