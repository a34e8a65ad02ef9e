namespace Paas.Runtime.Supervise;

/// <summary>
/// The thread that waits for the disk, so that the loop never does for longer than it wants to. What is posted is done in order.
/// Nothing posted throws.
/// </summary>
internal sealed class DiskThread
{
    private const int StackBytes = 128 * 1024;

    private readonly object _lock = new();
    private readonly Queue<Action> _work = new();
    private bool _busy;

    public DiskThread() => new Thread(Work, StackBytes) { IsBackground = true }.Start();

    public void Post(Action work)
    {
        lock (_lock)
        {
            _work.Enqueue(work);
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>Waits until everything posted is done; false when that takes longer.</summary>
    public bool Wait(TimeSpan patience)
    {
        var deadline = Environment.TickCount64 + (long)patience.TotalMilliseconds;
        lock (_lock)
        {
            while (_busy || _work.Count > 0)
            {
                var rest = deadline - Environment.TickCount64;
                if (rest <= 0) return false;
                Monitor.Wait(_lock, (int)rest);
            }

            return true;
        }
    }

    private void Work()
    {
        while (true)
        {
            Next()();
            lock (_lock)
            {
                _busy = false;
                Monitor.PulseAll(_lock);
            }
        }
    }

    private Action Next()
    {
        lock (_lock)
        {
            while (_work.Count == 0) Monitor.Wait(_lock);
            _busy = true;
            return _work.Dequeue();
        }
    }
}
