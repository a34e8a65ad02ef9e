using static Paas.Linux.Native;

namespace Paas.Linux;

/// <summary>The loopback interface of a new network namespace, which the kernel leaves down: programs rely on 127.0.0.1 to be there.</summary>
public static unsafe class Loopback
{
    /// <summary>What SIOCSIFFLAGS is called with to bring it up.</summary>
    public static ifreq Up
    {
        get
        {
            var request = new ifreq { ifr_flags = IFF_UP };
            "lo"u8.CopyTo(new Span<byte>(request.ifr_name, 16));
            return request;
        }
    }

    /// <summary>Brings it up in the calling thread's network namespace.</summary>
    /// <exception cref="LinuxException">The kernel refuses it.</exception>
    public static void BringUp()
    {
        using var socket = Kernel.Handle(Kernel.Call(SYS_socket, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket");
        var request = Up;
        Kernel.Check(Kernel.Call(SYS_ioctl, socket.DangerousGetHandle(), SIOCSIFFLAGS, (nint)(&request)), "bring up the interface", "lo");
    }
}
