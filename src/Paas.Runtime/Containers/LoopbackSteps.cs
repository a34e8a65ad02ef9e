using Paas.Linux;
using Paas.Linux.Launching;
using static Paas.Linux.Native;

namespace Paas.Runtime.Containers;

/// <summary>The loopback interface of a network namespace that the process was born in.</summary>
internal static class LoopbackSteps
{
    public static void BringUp(LaunchProgram program)
    {
        var socket = program.NewRegister();
        program.Add("open a socket for the interface", "lo", SYS_socket, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0).Into(socket);
        program.Add("bring up the interface", "lo", SYS_ioctl, socket, SIOCSIFFLAGS, program.Structure(Loopback.Up));
        program.Add("close", null, SYS_close, socket);
    }
}
