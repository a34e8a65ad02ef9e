using System.Text;
using Microsoft.Win32.SafeHandles;
using static Paas.Linux.Native;

namespace Paas.Linux.Sockets;

/// <summary>
/// Unix stream sockets without <c>System.Net.Sockets</c>, whose engine takes a thread and memory that a small resident program
/// has better uses for. All descriptors close on exec and do not block.
/// </summary>
public static unsafe class UnixSocket
{
    /// <summary>Longest path in bytes (unix(7)).</summary>
    public const int LongestPath = 107;

    private const int WaitingClients = 64;

    /// <summary>Listens on a path that must not exist, with mode 0600 from the first moment.</summary>
    /// <exception cref="LinuxException">EADDRINUSE when the path exists.</exception>
    public static SafeFileHandle Listen(string path)
    {
        var listener = Bind(Open(), path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        try
        {
            // Nobody connects before listen.
            Kernel.Check(Kernel.Call(SYS_listen, listener.DangerousGetHandle(), WaitingClients), "listen", path);
            return listener;
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    /// <summary>Receives datagrams at a path that must not exist, from anybody who may look it up. The descriptor blocks.</summary>
    /// <exception cref="LinuxException">EADDRINUSE when the path exists.</exception>
    public static SafeFileHandle ReceiveDatagrams(string path) =>
        Bind(Kernel.Handle(Kernel.Call(SYS_socket, AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC), "socket"), path, (UnixFileMode)0x1B6); // 0666: writing is sending

    /// <summary>Connects; null when nobody listens there.</summary>
    public static SafeFileHandle? Connect(string path)
    {
        var socket = Open();
        var address = Address(path);
        if (Kernel.Call(SYS_connect, socket.DangerousGetHandle(), (nint)(&address), sizeof(sockaddr_un)) >= 0) return socket;
        socket.Dispose();
        return null;
    }

    /// <summary>Connects, and the descriptor blocks as others expect it to. A path that starts with @ is one of the abstract namespace.</summary>
    /// <param name="path">Where somebody listens.</param>
    /// <param name="datagrams">What is sent at once is received at once, without a connection.</param>
    /// <exception cref="LinuxException">Nobody listens there, or the path is too long.</exception>
    public static SafeFileHandle ConnectBlocking(string path, bool datagrams = false)
    {
        var socket = Kernel.Handle(Kernel.Call(SYS_socket, AF_UNIX, (datagrams ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC), "socket");
        try
        {
            var address = Address(path);
            var length = sizeof(sockaddr_un);
            if (path.StartsWith('@'))
            {
                // There the length counts, and the name begins behind a NUL.
                address.sun_path[0] = 0;
                length = sizeof(ushort) + Encoding.UTF8.GetByteCount(path);
            }

            Kernel.Check(Kernel.Call(SYS_connect, socket.DangerousGetHandle(), (nint)(&address), length), "connect", path);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Two connected ends, which block.</summary>
    /// <param name="records">Whether what is sent at once is received at once.</param>
    public static (SafeFileHandle One, SafeFileHandle Other) Pair(bool records = false)
    {
        var ends = stackalloc int[2];
        Kernel.Check(Kernel.Call(SYS_socketpair, AF_UNIX, (records ? SOCK_SEQPACKET : SOCK_STREAM) | SOCK_CLOEXEC, 0, (nint)ends), "socketpair");
        return (Kernel.Handle(ends[0]), Kernel.Handle(ends[1]));
    }

    /// <summary>The next client, or null when there is none any more.</summary>
    public static SafeFileHandle? Accept(SafeFileHandle listener)
    {
        var client = Kernel.Call(SYS_accept4, listener.DangerousGetHandle(), 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC);
        return client < 0 ? null : Kernel.Handle((int)client);
    }

    /// <summary>Bytes taken by the kernel, -1 when it takes none at present.</summary>
    /// <exception cref="LinuxException">EPIPE, ECONNRESET: the client is gone.</exception>
    public static int Send(SafeFileHandle socket, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* first = bytes)
        {
            var count = Kernel.Call(SYS_sendto, socket.DangerousGetHandle(), (nint)first, bytes.Length, MSG_NOSIGNAL);
            return count is -Errno.EAGAIN or -Errno.EINTR ? -1 : (int)Kernel.Check(count, "send");
        }
    }

    // The socket, which is closed where it cannot be bound.
    private static SafeFileHandle Bind(SafeFileHandle socket, string path, UnixFileMode mode)
    {
        try
        {
            var address = Address(path);
            Kernel.Check(Kernel.Call(SYS_bind, socket.DangerousGetHandle(), (nint)(&address), sizeof(sockaddr_un)), "bind", path);
            File.SetUnixFileMode(path, mode);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static SafeFileHandle Open() =>
        Kernel.Handle(Kernel.Call(SYS_socket, AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC), "socket");

    private static sockaddr_un Address(string path)
    {
        if (Encoding.UTF8.GetByteCount(path) > LongestPath) throw new LinuxException("bind", Errno.ENAMETOOLONG, path);
        var address = new sockaddr_un { sun_family = AF_UNIX };
        Encoding.UTF8.GetBytes(path, new Span<byte>(address.sun_path, LongestPath));
        return address;
    }
}
