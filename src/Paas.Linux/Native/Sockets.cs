namespace Paas.Linux;

/// <content>Sockets (sys/socket.h, sys/un.h) and waiting for descriptors (poll.h).</content>
public static partial class Native
{
    public const int SYS_bind = 49;
    public const int SYS_listen = 50;
    public const int SYS_connect = 42;
    public const int SYS_accept4 = 288;
    public const int SYS_sendto = 44;

    public const int AF_UNIX = 1;
    public const int SOCK_STREAM = 1;
    public const int SOCK_NONBLOCK = 0x800;
    public const int SOCK_CLOEXEC = 0x80000;
    public const int MSG_NOSIGNAL = 0x4000;

    public const int POLLOUT = 4;

    /// <summary>sys/un.h</summary>
    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Sequential)]
    public unsafe struct sockaddr_un
    {
        public ushort sun_family;
        public fixed byte sun_path[108];
    }
}
