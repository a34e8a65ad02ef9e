using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using static Paas.Linux.Native;

namespace Paas.Linux.Events;

/// <summary>
/// Signals read as events from a descriptor (signalfd(2)). That needs them blocked in every thread, and a managed program has
/// threads before its first line runs; the mask must therefore be there when the program is executed.
/// </summary>
public static unsafe class BlockedSignals
{
    // sizeof(struct signalfd_siginfo), and of the kernel's signal set.
    private const int InfoBytes = 128;
    private const int SetBytes = 8;

    /// <summary>Whether the calling thread blocks all these signals, which it then inherited.</summary>
    public static bool AreBlocked(params ReadOnlySpan<int> signals)
    {
        ulong blocked;
        Kernel.Check(Kernel.Call(SYS_rt_sigprocmask, SIG_BLOCK, 0, (nint)(&blocked), SetBytes), "sigprocmask");
        return (blocked & Mask(signals)) == Mask(signals);
    }

    /// <summary>Blocks signals in the calling thread; what it then executes starts with them blocked.</summary>
    public static void Add(params ReadOnlySpan<int> signals)
    {
        var mask = Mask(signals);
        Kernel.Check(Kernel.Call(SYS_rt_sigprocmask, SIG_BLOCK, (nint)(&mask), 0, SetBytes), "sigprocmask");
    }

    /// <summary>A descriptor that is readable when one of the signals came; it does not block and closes on exec.</summary>
    public static SafeFileHandle Open(params ReadOnlySpan<int> signals)
    {
        var mask = Mask(signals);
        return Kernel.Handle(Kernel.Call(SYS_signalfd4, -1, (nint)(&mask), SetBytes, O_NONBLOCK | O_CLOEXEC), "signalfd");
    }

    /// <summary>The next signal, or 0 when there is none.</summary>
    public static int Read(SafeFileHandle signals)
    {
        Span<byte> info = stackalloc byte[InfoBytes];
        return Descriptors.Read(signals, info) == InfoBytes ? (int)MemoryMarshal.Read<uint>(info) : 0;
    }

    /// <summary>Signals as a kernel's signal set: bit n-1 for signal n.</summary>
    internal static ulong Mask(ReadOnlySpan<int> signals)
    {
        var mask = 0UL;
        foreach (var signal in signals) mask |= 1UL << (signal - 1);
        return mask;
    }
}
