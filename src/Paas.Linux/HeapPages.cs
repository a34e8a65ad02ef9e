using System.Runtime.CompilerServices;
using static Paas.Linux.Native;

namespace Paas.Linux;

/// <summary>
/// The managed heap's first pages. A program that lives for a few milliseconds touches each of them for the first time, and a page
/// fault costs more than what is done with the page: fifteen microseconds where the kernel is a virtual machine's. Asked for in one
/// call they cost one each.
/// </summary>
public static unsafe class HeapPages
{
    // The collector's regions: aligned, and new objects go into one from its beginning.
    private const nint Region = 4 << 20;
    private const nint Page = 4096;

    /// <summary>
    /// Faults in what the next objects will lie in. Of the collector's reservation it opens what the collector is about to open
    /// itself; nothing happens where memory does not look as expected, or the kernel is older than 5.14.
    /// </summary>
    /// <param name="bytes">How much, a multiple of the page.</param>
    public static void Prepare(int bytes)
    {
        var newest = new object();
        var start = (*(nint*)Unsafe.AsPointer(ref newest) + Page) & ~(Page - 1);
        if ((start & (Region - 1)) + bytes > Region / 2) return;
        if (Kernel.Call(SYS_mprotect, start, bytes, PROT_READ | PROT_WRITE) < 0) return;
        Kernel.Call(SYS_madvise, start, bytes, MADV_POPULATE_WRITE);
    }
}
