using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Paas.Linux.Sockets;

/// <summary>
/// Unix stream sockets without <c>System.Net.Sockets</c>, whose engine takes a thread and memory that a small resident program
/// has better uses for. All descriptors close on exec and do not block.
/// </summary>
public static unsafe partial class UnixSocket
{
    /// <summary>Longest path in bytes (unix(7)).</summary>
    public const int LongestPath = 107;

    private const int Family = 1;
    private const int Stream = 1;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private const int NoSignal = 0x4000;

    /// <summary>Listens on a path that must not exist, with mode 0600 from the first moment.</summary>
    /// <exception cref="LinuxException">EADDRINUSE when the path exists.</exception>
    public static SafeFileHandle Listen(string path)
    {
        var listener = Open();
        try
        {
            var address = Address(path);
            fixed (byte* first = address) Check(bind(listener, first, (uint)address.Length), "bind", path);
            // Nobody connects before listen.
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            Check(listen(listener, 64), "listen", path);
            return listener;
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    /// <summary>Connects; null when nobody listens there.</summary>
    public static SafeFileHandle? Connect(string path)
    {
        var socket = Open();
        var address = Address(path);
        fixed (byte* first = address)
        {
            if (connect(socket, first, (uint)address.Length) == 0) return socket;
        }

        socket.Dispose();
        return null;
    }

    /// <summary>The next client, or null when there is none any more.</summary>
    public static SafeFileHandle? Accept(SafeFileHandle listener)
    {
        var client = accept4(listener, null, null, NonBlocking | CloseOnExec);
        return client < 0 ? null : new SafeFileHandle(client, true);
    }

    /// <summary>Bytes taken by the kernel, -1 when it takes none at present.</summary>
    /// <exception cref="LinuxException">EPIPE, ECONNRESET: the client is gone.</exception>
    public static int Send(SafeFileHandle socket, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* first = bytes)
        {
            var count = send(socket, first, (nuint)bytes.Length, NoSignal);
            if (count >= 0) return (int)count;
            var error = Marshal.GetLastPInvokeError();
            return error is Errno.EAGAIN or Errno.EINTR ? -1 : throw new LinuxException("send", error);
        }
    }

    private static SafeFileHandle Open() =>
        new(Check(socket(Family, Stream | NonBlocking | CloseOnExec, 0), "socket", null), true);

    // struct sockaddr_un: the family, then the path with its NUL.
    private static byte[] Address(string path)
    {
        var length = Encoding.UTF8.GetByteCount(path);
        if (length > LongestPath) throw new LinuxException("bind", Errno.ENAMETOOLONG, path);
        var address = new byte[2 + length + 1];
        address[0] = Family;
        Encoding.UTF8.GetBytes(path, address.AsSpan(2));
        return address;
    }

    private static int Check(int result, string syscall, string? path) =>
        result >= 0 ? result : throw new LinuxException(syscall, Marshal.GetLastPInvokeError(), path);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int socket(int family, int type, int protocol);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int bind(SafeFileHandle socket, byte* address, uint length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int listen(SafeFileHandle socket, int backlog);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int connect(SafeFileHandle socket, byte* address, uint length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int accept4(SafeFileHandle listener, byte* address, uint* length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint send(SafeFileHandle socket, byte* bytes, nuint count, int flags);
}
