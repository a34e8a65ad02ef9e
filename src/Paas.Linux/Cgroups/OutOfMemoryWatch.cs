using Microsoft.Win32.SafeHandles;
using Paas.Linux.Events;
using static Paas.Linux.Native;

namespace Paas.Linux.Cgroups;

/// <summary>
/// Tells when a group is out of memory: on v1 of every time, on v2 of those times the kernel kills a process for it.
/// </summary>
public sealed class OutOfMemoryWatch : IDisposable
{
    private readonly ControlGroup _group;
    private readonly string? _legacy;
    private long _seen;

    /// <summary>Starts watching.</summary>
    /// <exception cref="LinuxException">The group has no memory controller, or is gone.</exception>
    public OutOfMemoryWatch(ControlGroup group)
    {
        _group = group;
        _legacy = group.LegacyDirectories.GetValueOrDefault("memory");
        _seen = group.OutOfMemoryKills();
        Handle = _legacy is not null ? Register(_legacy) : Notifications.OfChanges(group.OutOfMemoryFile);
    }

    /// <summary>Readable (poll) when there may be something; also when the group is removed.</summary>
    public SafeFileHandle Handle { get; }

    /// <summary>How many times since the last call; to be asked whenever <see cref="Handle"/> is readable.</summary>
    public long Take()
    {
        Span<byte> buffer = stackalloc byte[4096];
        var count = Descriptors.Read(Handle, buffer);
        if (_legacy is not null) return count == sizeof(long) && Directory.Exists(_legacy) ? BitConverter.ToInt64(buffer) : 0;
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
