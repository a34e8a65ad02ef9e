namespace Paas.Runtime.Supervise;

/// <summary>
/// Keeps a process small that does little for a long time. The collector waits for several megabytes of garbage before it runs,
/// which costs time nobody here is short of; there is one such process for every container.
/// </summary>
internal static class Memory
{
    // What reading the configuration and starting the first process take, and each start after it about a quarter of.
    private const long TooMuch = 256 * 1024;

    private static long _atLast;

    /// <summary>Collects once enough came together and gives the pages back. Takes about a millisecond then, else nothing.</summary>
    public static void GiveBack()
    {
        if (GC.GetTotalAllocatedBytes() - _atLast < TooMuch) return;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        _atLast = GC.GetTotalAllocatedBytes();
    }
}
