using System.Runtime.InteropServices;

namespace Paas.Linux.Architectures;

/// <summary>The machine code this program brings along, for x86-64.</summary>
internal static class X64Machine
{
    // Not those of Native, which are of the architecture this is compiled for.
    private const int Write = 1;
    private const int PidfdSendSignal = 424;

    /// <summary>
    /// Takes a pointer to {number, six arguments}; returns the kernel's result, minus the error number on failure. Only registers that a
    /// callee may change are used.
    /// </summary>
    public static ReadOnlySpan<byte> SystemCall =>
    [
        0x48, 0x8B, 0x07,       // mov rax, [rdi]
        0x48, 0x8B, 0x77, 0x10, // mov rsi, [rdi+16]
        0x48, 0x8B, 0x57, 0x18, // mov rdx, [rdi+24]
        0x4C, 0x8B, 0x57, 0x20, // mov r10, [rdi+32]
        0x4C, 0x8B, 0x47, 0x28, // mov r8,  [rdi+40]
        0x4C, 0x8B, 0x4F, 0x30, // mov r9,  [rdi+48]
        0x48, 0x8B, 0x7F, 0x08, // mov rdi, [rdi+8]
        0x0F, 0x05,             // syscall
        0xC3,                   // ret
    ];

    /// <summary>A signal handler that sends the signal it gets on to a process.</summary>
    /// <param name="process">pidfd.</param>
    public static byte[] SignalForwarder(int process)
    {
        byte[] code =
        [
            0x89, 0xFE,             // mov esi, edi          signal
            0xBF, 0, 0, 0, 0,       // mov edi, PIDFD
            0x31, 0xD2,             // xor edx, edx          no siginfo
            0x45, 0x31, 0xD2,       // xor r10d, r10d        no flags
            0xB8, 0, 0, 0, 0,       // mov eax, SYS_pidfd_send_signal
            0x0F, 0x05,             // syscall
            0xC3,                   // ret
        ];
        MemoryMarshal.Write(code.AsSpan(3), process);
        MemoryMarshal.Write(code.AsSpan(13), PidfdSendSignal);
        return code;
    }

    /// <summary>A signal handler that writes one byte, the signal, into a pipe.</summary>
    /// <param name="pipe">Its writing end.</param>
    public static byte[] SignalWriter(int pipe)
    {
        byte[] code =
        [
            0x57,                   // push rdi              the signal, also what is written
            0x48, 0x89, 0xE6,       // mov rsi, rsp
            0xBF, 0, 0, 0, 0,       // mov edi, PIPE
            0xBA, 1, 0, 0, 0,       // mov edx, 1
            0xB8, 0, 0, 0, 0,       // mov eax, SYS_write
            0x0F, 0x05,             // syscall
            0x5F,                   // pop rdi
            0xC3,                   // ret
        ];
        MemoryMarshal.Write(code.AsSpan(5), pipe);
        MemoryMarshal.Write(code.AsSpan(15), Write);
        return code;
    }
}
