using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
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
        Span<byte> code =
        [
            0x89, 0xFE,             // mov esi, edi          signal
            0xBF, 0, 0, 0, 0,       // mov edi, PIDFD
            0x31, 0xD2,             // xor edx, edx          no siginfo
            0x45, 0x31, 0xD2,       // xor r10d, r10d        no flags
            0xB8, 0, 0, 0, 0,       // mov eax, SYS_pidfd_send_signal
            0x0F, 0x05,             // syscall
            0xC3,                   // ret
        ];
        MemoryMarshal.Write(code[3..], (int)process.DangerousGetHandle());
        MemoryMarshal.Write(code[13..], SYS_pidfd_send_signal);
        var handler = SyscallStub.MapCode(code);
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
