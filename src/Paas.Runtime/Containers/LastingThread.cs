using System.Runtime.ExceptionServices;

namespace Paas.Runtime.Containers;

/// <summary>
/// A thread that lives as long as the process. PR_SET_PDEATHSIG means the thread that forked, not its process: forked from a
/// thread that ends, a container would be killed with it. The main thread is such a thread already.
/// </summary>
internal static class LastingThread
{
    private static readonly Lock Gate = new();
    private static readonly SemaphoreSlim Work = new(0);
    private static readonly SemaphoreSlim Done = new(0);
    private static Thread? _thread;
    private static Action? _next;

    public static T Run<T>(Func<T> work)
    {
        if (Environment.CurrentManagedThreadId == 1) return work();
        lock (Gate)
        {
            _thread ??= Start();
            var result = default(T);
            ExceptionDispatchInfo? failure = null;
            _next = () =>
            {
                try
                {
                    result = work();
                }
                catch (Exception e)
                {
                    failure = ExceptionDispatchInfo.Capture(e);
                }
            };
            Work.Release();
            Done.Wait();
            failure?.Throw();
            return result!;
        }
    }

    private static Thread Start()
    {
        var thread = new Thread(Loop, 512 * 1024) { IsBackground = true };
        thread.Start();
        return thread;
    }

    private static void Loop()
    {
        while (true)
        {
            Work.Wait();
            _next!();
            Done.Release();
        }
    }
}
