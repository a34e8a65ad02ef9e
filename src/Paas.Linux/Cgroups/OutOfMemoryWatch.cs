using Microsoft.Win32.SafeHandles;
using Paas.Linux.Events;
using static Paas.Linux.Native;

namespace Paas.Linux.Cgroups;

/// <summary>Tells when the kernel kills a process of a group for want of memory.</summary>
public sealed class OutOfMemoryWatch : IDisposable
{
    private readonly ControlGroup _group;
    private long _seen;

    /// <summary>Starts watching.</summary>
    /// <exception cref="LinuxException">The group has no memory controller, or is gone.</exception>
    public OutOfMemoryWatch(ControlGroup group)
    {
        _group = group;
        _seen = group.OutOfMemoryKills();
        Handle = group.LegacyDirectories.TryGetValue("memory", out var legacy) ? Register(legacy) : Notifications.OfChanges(group.OutOfMemoryFile);
    }

    /// <summary>Readable (poll) when there may be something; also when the group is removed.</summary>
    public SafeFileHandle Handle { get; }

    /// <summary>How many were killed since the last time; to be asked whenever <see cref="Handle"/> is readable.</summary>
    public long TakeKills()
    {
        Span<byte> ignored = stackalloc byte[4096];
        Descriptors.Read(Handle, ignored);
        var kills = _group.OutOfMemoryKills();
        var more = Math.Max(0, kills - _seen);
        _seen = Math.Max(_seen, kills);
        return more;
    }

    // v1 writes to an event counter that it is given (Documentation/admin-guide/cgroup-v1/memory.rst, OOM Control).
    private static SafeFileHandle Register(string directory)
    {
        var counter = Notifications.Counter();
        try
        {
            using var file = Files.Open($"{directory}/memory.oom_control", O_RDONLY);
            Files.WriteKernelFile($"{directory}/cgroup.event_control", $"{counter.DangerousGetHandle()} {file.DangerousGetHandle()}");
            return counter;
        }
        catch
        {
            counter.Dispose();
            throw;
        }
    }

    public void Dispose() => Handle.Dispose();
}
