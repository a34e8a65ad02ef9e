using System.Runtime.InteropServices;

namespace Paas.Linux;

/// <content>Network interfaces through ioctl (net/if.h; netdevice(7)).</content>
public static partial class Native
{
    public const int AF_INET = 2;
    public const int SOCK_DGRAM = 2;

    public const int SIOCSIFFLAGS = 0x8914;
    public const int IFF_UP = 1;

    /// <summary>net/if.h; of its union only the member that is used.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 40)]
    public unsafe struct ifreq
    {
        public fixed byte ifr_name[16];
        public short ifr_flags;
    }
}
