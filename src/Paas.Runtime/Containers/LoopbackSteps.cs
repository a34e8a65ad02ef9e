using Paas.Linux;
using Paas.Linux.Launching;
using static Paas.Linux.Native;

namespace Paas.Runtime.Containers;

/// <summary>The loopback interface of a new network namespace, which the kernel leaves down: programs rely on 127.0.0.1 to be there.</summary>
internal static class LoopbackSteps
{
    public static unsafe void BringUp(LaunchProgram program)
    {
        var request = new ifreq { ifr_flags = IFF_UP };
        "lo"u8.CopyTo(new Span<byte>(request.ifr_name, 16));
        var socket = program.NewRegister();
        program.Add("open a socket for the interface", "lo", SYS_socket, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0).Into(socket);
        program.Add("bring up the interface", "lo", SYS_ioctl, socket, SIOCSIFFLAGS, program.Structure(request));
        program.Add("close", null, SYS_close, socket);
    }
}
