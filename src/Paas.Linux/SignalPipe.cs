using Microsoft.Win32.SafeHandles;
using Paas.Linux.Architectures;
using Paas.Linux.Events;
using Paas.Linux.Launching;

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
        SignalForwarding.Install(signal, SyscallStub.MapCode(Machine.SignalWriter((int)write.DangerousGetHandle())));
        return read;
    }
}
