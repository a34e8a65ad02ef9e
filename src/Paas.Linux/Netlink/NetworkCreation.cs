using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Paas.Linux.Netlink;

/// <summary>
/// A network namespace in the making. It takes the kernel as long as a container's mounts, so a thread of the C library's does it,
/// which costs its starter a twentieth of that: a <see cref="Thread"/> would have its starter wait until it runs.
/// </summary>
public sealed unsafe partial class NetworkCreation : IDisposable
{
    // More than any architecture's pthread_attr_t has.
    private const int AttributesSize = 128;

    // For the 1,024 processors of a cpu_set_t.
    private const int ProcessorSetSize = 128;

    // sem_t of every architecture fits.
    private const int SemaphoreSize = 64;

    private readonly nuint _thread;
    private readonly void* _isMade;
    private GCHandle _self;
    private SafeFileHandle? _made;
    private LinuxException? _failure;
    private volatile bool _isOver;

    private NetworkCreation()
    {
        _self = GCHandle.Alloc(this);
        _isMade = NativeMemory.AllocZeroed(SemaphoreSize);
        _ = sem_init(_isMade, 0, 0);
        var error = StartElsewhere(out _thread);
        // Not here, then: processors have just been taken away, or nobody may choose any.
        if (error != 0) error = pthread_create(out _thread, 0, &Make, GCHandle.ToIntPtr(_self));
        if (error == 0) return;
        Free();
        throw new LinuxException("pthread_create", error);
    }

    // Not on the processor of its starter. The scheduler would often put it there, behind the starter, although another one has nothing to
    // do, and nothing would be done beside anything.
    private int StartElsewhere(out nuint thread)
    {
        var processors = stackalloc byte[ProcessorSetSize];
        var here = sched_getcpu();
        var known = here is >= 0 and < ProcessorSetSize * 8 && Allowed(processors);
        if (known) processors[here / 8] &= (byte)~(1 << (here % 8));
        var attributes = stackalloc byte[AttributesSize];
        _ = pthread_attr_init((nint)attributes);
        if (known && new ReadOnlySpan<byte>(processors, ProcessorSetSize).ContainsAnyExcept((byte)0))
        {
            _ = pthread_attr_setaffinity_np((nint)attributes, ProcessorSetSize, (nint)processors);
        }

        var error = pthread_create(out thread, (nint)attributes, &Make, GCHandle.ToIntPtr(_self));
        _ = pthread_attr_destroy((nint)attributes);
        return error;
    }

    // Where others keep those busy, that of the starter, which has nothing to do now, may be the first to be free.
    private void AllowAnywhere()
    {
        var processors = stackalloc byte[ProcessorSetSize];
        if (Allowed(processors)) _ = pthread_setaffinity_np(_thread, ProcessorSetSize, (nint)processors);
    }

    private static bool Allowed(byte* processors)
    {
        new Span<byte>(processors, ProcessorSetSize).Clear();
        return sched_getaffinity(0, ProcessorSetSize, (nint)processors) == 0;
    }

    /// <summary>Begins to make one, and then to bring its loopback interface up.</summary>
    /// <exception cref="LinuxException">There is no room for a thread.</exception>
    public static NetworkCreation Begin() => new();

    /// <summary>
    /// Waits until the namespace is there; its loopback interface may still be down. It lives as long as the returned descriptor, which is
    /// the caller's, or a process in it.
    /// </summary>
    /// <exception cref="LinuxException">The kernel refuses it.</exception>
    public SafeFileHandle Take()
    {
        ObjectDisposedException.ThrowIf(!_self.IsAllocated, this);
        if (!_isOver) AllowAnywhere();
        // Interrupted by a signal, it waits on.
        while (sem_wait(_isMade) != 0)
        {
        }

        if (_made is null) throw _failure!;
        var made = _made;
        _made = null;
        return made;
    }

    /// <summary>Waits until all is done.</summary>
    /// <exception cref="LinuxException">The kernel refuses it.</exception>
    public void Finish()
    {
        Wait();
        if (_failure is not null) throw _failure;
    }

    public void Dispose()
    {
        Wait();
        _made?.Dispose();
    }

    private void Wait()
    {
        if (!_self.IsAllocated) return;
        if (!_isOver) AllowAnywhere();
        _ = pthread_join(_thread, out _);
        Free();
    }

    private void Free()
    {
        _self.Free();
        NativeMemory.Free(_isMade);
    }

    [UnmanagedCallersOnly]
    private static nint Make(nint handle)
    {
        var creation = (NetworkCreation)GCHandle.FromIntPtr(handle).Target!;
        try
        {
            Namespaces.Unshare(NamespaceKind.Network);
            creation._made = Namespaces.OpenCurrent(NamespaceKind.Network);
            _ = sem_post(creation._isMade);
            // The kernel has one lock for all interfaces of all namespaces: it can take as long as all the rest.
            Loopback.BringUp();
        }
        catch (LinuxException refused)
        {
            creation._failure = refused;
            _ = sem_post(creation._isMade);
        }

        creation._isOver = true;
        return 0;
    }

    [LibraryImport("libc")]
    private static partial int pthread_create(out nuint thread, nint attributes, delegate* unmanaged<nint, nint> start, nint argument);

    [LibraryImport("libc")]
    private static partial int pthread_attr_init(nint attributes);

    [LibraryImport("libc")]
    private static partial int pthread_attr_setaffinity_np(nint attributes, nuint size, nint processors);

    [LibraryImport("libc")]
    private static partial int pthread_setaffinity_np(nuint thread, nuint size, nint processors);

    [LibraryImport("libc")]
    private static partial int pthread_attr_destroy(nint attributes);

    [LibraryImport("libc")]
    private static partial int sem_init(void* semaphore, int shared, uint value);

    [LibraryImport("libc")]
    private static partial int sem_wait(void* semaphore);

    [LibraryImport("libc")]
    private static partial int sem_post(void* semaphore);

    [LibraryImport("libc")]
    private static partial int sched_getcpu();

    [LibraryImport("libc")]
    private static partial int sched_getaffinity(int pid, nuint size, nint processors);

    [LibraryImport("libc")]
    private static partial int pthread_join(nuint thread, out nint result);
}
