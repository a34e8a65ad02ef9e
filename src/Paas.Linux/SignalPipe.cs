using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Paas.Linux.Events;
using Paas.Linux.Launching;
using static Paas.Linux.Native;

namespace Paas.Linux;

/// <summary>
/// Turns a signal into a byte to be read from a pipe, for a program that cannot block it in all its threads. The handler is a few
/// bytes of machine code, as <see cref="SignalForwarding"/>'s.
/// </summary>
public static unsafe class SignalPipe
{
    /// <summary>A descriptor that is readable once the signal came; each coming is one byte. It does not block.</summary>
    public static SafeFileHandle Open(int signal)
    {
        var (read, write) = Descriptors.Pipe();
        // The handler uses it for as long as this process lives.
        var added = false;
        write.DangerousAddRef(ref added);
        Span<byte> code =
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
        MemoryMarshal.Write(code[5..], (int)write.DangerousGetHandle());
        MemoryMarshal.Write(code[15..], SYS_write);
        SignalForwarding.Install(signal, SyscallStub.MapCode(code));
        return read;
    }
}
