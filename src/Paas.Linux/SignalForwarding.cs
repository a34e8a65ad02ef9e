using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Paas.Linux.Architectures;
using Paas.Linux.Launching;
using static Paas.Linux.Native;

namespace Paas.Linux;

/// <summary>
/// Passes the signals this process gets on to another one. The handler is a few bytes of machine code around one system call: it
/// may run on any of the runtime's threads at any instruction, where no managed code may.
/// </summary>
public static unsafe partial class SignalForwarding
{
    // Those that ask a program for something; faults and job control stay this process's own.
    private static readonly int[] Forwarded = [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGALRM, SIGWINCH, SIGCONT, SIGURG, SIGIO, SIGPWR];

    /// <summary>Forwards from now on, for as long as this process lives.</summary>
    public static void Start(SafeFileHandle process)
    {
        var added = false;
        process.DangerousAddRef(ref added);
        var handler = SyscallStub.MapCode(Machine.SignalForwarder((int)process.DangerousGetHandle()));
        foreach (var signal in Forwarded) Install(signal, handler);
    }

    /// <summary>Lets machine code handle a signal.</summary>
    internal static void Install(int signal, nint handler)
    {
        // struct sigaction of the C library, which adds the trampoline back from the handler.
        var action = stackalloc byte[152];
        new Span<byte>(action, 152).Clear();
        *(nint*)action = handler;
        *(int*)(action + 136) = SA_RESTART;
        if (Install(signal, action, null) != 0) throw new LinuxException("sigaction", Marshal.GetLastPInvokeError(), $"{signal}");
    }

    [LibraryImport("libc", EntryPoint = "sigaction", SetLastError = true)]
    private static partial int Install(int signal, byte* action, byte* before);
}
