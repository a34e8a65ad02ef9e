using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Paas.Linux.Events;

/// <summary>
/// Signals read as events from a descriptor (signalfd(2)). That needs them blocked in every thread, and a managed program has
/// threads before its first line runs; the mask must therefore be there when the program is executed.
/// </summary>
public static unsafe partial class BlockedSignals
{
    private const int Block = 0;
    private const int SignalInfoBytes = 128;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;

    /// <summary>Whether the calling thread blocks all these signals, which it then inherited.</summary>
    public static bool AreBlocked(params ReadOnlySpan<int> signals)
    {
        ulong mask;
        Check(sigprocmask(null, &mask), "rt_sigprocmask");
        return (mask & Mask(signals)) == Mask(signals);
    }

    /// <summary>Blocks signals in the calling thread; what it then executes starts with them blocked.</summary>
    public static void Add(params ReadOnlySpan<int> signals)
    {
        var mask = Mask(signals);
        Check(sigprocmask(&mask, null), "rt_sigprocmask");
    }

    /// <summary>A non-blocking descriptor that is readable when one of the signals came.</summary>
    public static SafeFileHandle Open(params ReadOnlySpan<int> signals)
    {
        Span<ulong> set = stackalloc ulong[16];
        set[0] = Mask(signals);
        fixed (ulong* first = set) return new SafeFileHandle(Check(signalfd(-1, first, NonBlocking | CloseOnExec), "signalfd"), true);
    }

    /// <summary>The next signal, or 0 when there is none.</summary>
    public static int Read(SafeFileHandle signals)
    {
        Span<byte> info = stackalloc byte[SignalInfoBytes];
        return Descriptors.Read(signals, info) == SignalInfoBytes ? (int)MemoryMarshal.Read<uint>(info) : 0;
    }

    /// <summary>Signals as a kernel's signal set: bit n-1 for signal n.</summary>
    internal static ulong Mask(ReadOnlySpan<int> signals)
    {
        var mask = 0UL;
        foreach (var signal in signals) mask |= 1UL << (signal - 1);
        return mask;
    }

    private static int Check(nint result, string syscall) =>
        result >= 0 ? (int)result : throw new LinuxException(syscall, Marshal.GetLastPInvokeError());

    // glibc's sigset_t is 128 bytes; the kernel's, and what is read here, 8.
    private static nint sigprocmask(ulong* add, ulong* old)
    {
        const int Size = 16;
        var next = stackalloc ulong[Size];
        var last = stackalloc ulong[Size];
        if (add is not null) next[0] = *add;
        var result = pthread_sigmask(Block, add is null ? null : next, last);
        if (old is not null) *old = last[0];
        if (result == 0) return 0;
        Marshal.SetLastPInvokeError(result);
        return -1;
    }

    [LibraryImport("libc")]
    private static partial int pthread_sigmask(int how, ulong* set, ulong* old);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int signalfd(int descriptor, ulong* set, int flags);
}
