using static Paas.Linux.Native;

namespace Paas.Linux.Events;

/// <summary>What to wait for on a descriptor, and what came (poll(2)).</summary>
[Flags]
public enum PollEvents : short
{
    /// <summary>Nothing but the two below, which always come.</summary>
    None = 0,

    /// <summary>There is something to read.</summary>
    Readable = POLLIN,

    /// <summary>An exceptional condition: a file of a control group that changed, for one.</summary>
    Priority = POLLPRI,

    /// <summary>A write would not block.</summary>
    Writable = POLLOUT,

    /// <summary>An error; the next operation tells which.</summary>
    Error = POLLERR,

    /// <summary>The other end is closed.</summary>
    HungUp = POLLHUP,
}

/// <summary>Waiting for several descriptors at once, on the calling thread.</summary>
public static unsafe class Poll
{
    /// <summary>Waits; returns how many have something, 0 after the time or when a signal interrupted the wait.</summary>
    /// <param name="descriptors">What to wait for; tells what came.</param>
    /// <param name="milliseconds">Longest wait; -1 for any time.</param>
    /// <exception cref="LinuxException">poll failed.</exception>
    public static int Wait(Span<pollfd> descriptors, int milliseconds)
    {
        var time = new timespec { tv_sec = milliseconds / 1000, tv_nsec = milliseconds % 1000 * 1_000_000L };
        fixed (pollfd* first = descriptors)
        {
            var count = Kernel.Call(SYS_ppoll, (nint)first, descriptors.Length, milliseconds < 0 ? 0 : (nint)(&time));
            if (count != -Errno.EINTR) return (int)Kernel.Check(count, "poll");
            foreach (ref var descriptor in descriptors) descriptor.revents = 0;
            return 0;
        }
    }
}
