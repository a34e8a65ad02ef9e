using System.Runtime.InteropServices;

namespace Paas.Runtime;

/// <summary>
/// The thread that finalizes objects. A start leaves it out (Paas.Runtime.csproj): a verb ends before anything of it would be finalized,
/// and the end of the process gives back what a finalizer would. A program that stays wants it, for whatever is not disposed of.
/// </summary>
internal static partial class Finalizers
{
    private const int StackBytes = 256 * 1024;

    /// <summary>Starts the thread. To be called once, by a verb that stays.</summary>
    public static void Begin()
    {
#if FINALIZERS_LEFT_OUT
        new Thread(Process, StackBytes) { IsBackground = true, Name = ".NET Finalizer" }.Start();
#endif
    }

#if FINALIZERS_LEFT_OUT
    // The base library's own loop, in this program itself like the C library. It never returns.
    [LibraryImport("libc", EntryPoint = "ProcessFinalizers")]
    private static partial void Process();
#endif
}
