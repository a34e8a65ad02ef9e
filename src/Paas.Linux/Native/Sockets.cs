namespace Paas.Linux;

/// <content>Sockets (sys/socket.h, sys/un.h) and waiting for descriptors (poll.h).</content>
public static partial class Native
{
    public const int AF_UNIX = 1;
    public const int SOCK_STREAM = 1;
    public const int SOCK_SEQPACKET = 5;
    public const int SOCK_NONBLOCK = 0x800;
    public const int SOCK_CLOEXEC = 0x80000;
    public const int MSG_NOSIGNAL = 0x4000;
    public const int MSG_CMSG_CLOEXEC = 0x40000000;
    public const int SOL_SOCKET = 1;
    public const int SCM_RIGHTS = 1;

    public const int POLLPRI = 2;
    public const int POLLOUT = 4;

    /// <summary>sys/un.h</summary>
    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Sequential)]
    public unsafe struct sockaddr_un
    {
        public ushort sun_family;
        public fixed byte sun_path[108];
    }

    /// <summary>sys/uio.h</summary>
    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Sequential)]
    public struct iovec
    {
        public nint iov_base;
        public nuint iov_len;
    }

    /// <summary>sys/socket.h</summary>
    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Sequential)]
    public struct msghdr
    {
        public nint msg_name;
        public uint msg_namelen;
        public nint msg_iov;
        public nuint msg_iovlen;
        public nint msg_control;
        public nuint msg_controllen;
        public int msg_flags;
    }

    /// <summary>sys/socket.h</summary>
    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Sequential)]
    public struct cmsghdr
    {
        public nuint cmsg_len;
        public int cmsg_level;
        public int cmsg_type;
    }
}
