using Microsoft.Win32.SafeHandles;
using Paas.Linux.Events;
using static Paas.Linux.Native;

namespace Paas.Runtime.Supervise;

/// <summary>
/// One thread that waits for descriptors and times and calls back. A supervisor has no other: no thread pool, no async engine,
/// which keeps it small, and it makes no garbage by itself.
/// </summary>
internal sealed class EventLoop(TimeProvider time)
{
    private readonly List<Watched> _watched = [];
    private readonly List<Timed> _timed = [];
    private pollfd[] _descriptors = new pollfd[8];
    private Watched?[] _ready = new Watched?[8];

    /// <summary>Calls back whenever one of the wanted events, an error or a hang-up is there.</summary>
    public void Watch(SafeFileHandle descriptor, PollEvents wanted, Action ready)
    {
        Forget(descriptor);
        _watched.Add(new Watched(descriptor, wanted, ready));
    }

    /// <summary>Calls back no more.</summary>
    public void Forget(SafeFileHandle descriptor) => _watched.RemoveAll(watch => watch.Descriptor == descriptor);

    /// <summary>Calls back once after a time, unless disposed before.</summary>
    public IDisposable After(TimeSpan delay, Action due)
    {
        var timer = new Timed(this, time.GetTimestamp() + (long)(delay.TotalSeconds * time.TimestampFrequency), due);
        _timed.Add(timer);
        return timer;
    }

    /// <summary>Waits for the next event or time and calls back.</summary>
    public void RunOnce()
    {
        var count = _watched.Count;
        if (_descriptors.Length < count)
        {
            _descriptors = new pollfd[count * 2];
            _ready = new Watched?[count * 2];
        }

        for (var i = 0; i < count; i++)
        {
            _descriptors[i] = new pollfd { fd = (int)_watched[i].Descriptor.DangerousGetHandle(), events = (short)_watched[i].Wanted };
        }

        if (Poll.Wait(_descriptors.AsSpan(0, count), MillisecondsToNext()) > 0) CallReady(count);
        CallDue();
    }

    private void CallReady(int count)
    {
        // A callback may forget others; those are not called although something came for them.
        for (var i = 0; i < count; i++) _ready[i] = _descriptors[i].revents != 0 ? _watched[i] : null;
        for (var i = 0; i < count; i++)
        {
            if (_ready[i] is { } watch && _watched.Contains(watch)) watch.Ready();
            _ready[i] = null;
        }
    }

    private void CallDue()
    {
        var now = time.GetTimestamp();
        while (Next() is { } timer && timer.At <= now)
        {
            _timed.Remove(timer);
            timer.Due();
        }
    }

    private int MillisecondsToNext()
    {
        if (Next() is not { } timer) return -1;
        var wait = time.GetElapsedTime(time.GetTimestamp(), timer.At);
        return (int)Math.Clamp(Math.Ceiling(wait.TotalMilliseconds), 0, int.MaxValue);
    }

    private Timed? Next()
    {
        Timed? next = null;
        foreach (var timer in _timed)
        {
            if (next is null || timer.At < next.At) next = timer;
        }

        return next;
    }

    private sealed class Watched(SafeFileHandle descriptor, PollEvents wanted, Action ready)
    {
        public SafeFileHandle Descriptor => descriptor;

        public PollEvents Wanted => wanted;

        public void Ready() => ready();
    }

    private sealed class Timed(EventLoop loop, long at, Action due) : IDisposable
    {
        public long At => at;

        public void Due() => due();

        public void Dispose() => loop._timed.Remove(this);
    }
}
