using System.Runtime.InteropServices;

namespace Paas.Linux.Events;

/// <summary>What to wait for on a descriptor, and what came (poll(2)).</summary>
[Flags]
public enum PollEvents : short
{
    /// <summary>Nothing but the two below, which always come.</summary>
    None = 0,

    /// <summary>There is something to read.</summary>
    Readable = 1,

    /// <summary>A write would not block.</summary>
    Writable = 4,

    /// <summary>An error; the next operation tells which.</summary>
    Error = 8,

    /// <summary>The other end is closed.</summary>
    HungUp = 0x10,
}

/// <summary><c>struct pollfd</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct PollDescriptor
{
    /// <summary>The descriptor.</summary>
    public int Descriptor;

    /// <summary>What to wait for.</summary>
    public PollEvents Wanted;

    /// <summary>What came.</summary>
    public PollEvents Came;
}

/// <summary>Waiting for several descriptors at once, on the calling thread.</summary>
public static partial class Poll
{
    /// <summary>Waits; returns how many have something, 0 after the time or when a signal interrupted the wait.</summary>
    /// <param name="descriptors">What to wait for; tells what came.</param>
    /// <param name="milliseconds">Longest wait; -1 for any time.</param>
    /// <exception cref="LinuxException">poll failed.</exception>
    public static unsafe int Wait(Span<PollDescriptor> descriptors, int milliseconds)
    {
        fixed (PollDescriptor* first = descriptors)
        {
            var count = poll(first, (nuint)descriptors.Length, milliseconds);
            if (count >= 0) return count;
            var error = Marshal.GetLastPInvokeError();
            if (error != Errno.EINTR) throw new LinuxException("poll", error);
            foreach (ref var descriptor in descriptors) descriptor.Came = PollEvents.None;
            return 0;
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int poll(PollDescriptor* descriptors, nuint count, int milliseconds);
}
