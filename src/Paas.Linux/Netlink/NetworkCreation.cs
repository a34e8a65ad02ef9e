using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Paas.Linux.Netlink;

/// <summary>
/// A network namespace in the making. It takes the kernel as long as a container's mounts, so a thread of the C library's does it,
/// which costs its starter a twentieth of that: a <see cref="Thread"/> would have its starter wait until it runs.
/// </summary>
public sealed unsafe partial class NetworkCreation : IDisposable
{
    private readonly nuint _thread;
    private GCHandle _self;
    private SafeFileHandle? _made;
    private LinuxException? _failure;

    private NetworkCreation()
    {
        _self = GCHandle.Alloc(this);
        var error = pthread_create(out _thread, 0, &Make, GCHandle.ToIntPtr(_self));
        if (error == 0) return;
        _self.Free();
        throw new LinuxException("pthread_create", error);
    }

    /// <summary>Begins to make one, with its loopback interface up.</summary>
    /// <exception cref="LinuxException">There is no room for a thread.</exception>
    public static NetworkCreation Begin() => new();

    /// <summary>Waits until the namespace is there. It lives as long as the returned descriptor, which is the caller's, or a process in it.</summary>
    /// <exception cref="LinuxException">The kernel refuses it.</exception>
    public SafeFileHandle Finish()
    {
        Wait();
        if (_failure is not null) throw _failure;
        var made = _made ?? throw new ObjectDisposedException(nameof(NetworkCreation));
        _made = null;
        return made;
    }

    public void Dispose()
    {
        Wait();
        _made?.Dispose();
    }

    private void Wait()
    {
        if (!_self.IsAllocated) return;
        _ = pthread_join(_thread, out _);
        _self.Free();
    }

    [UnmanagedCallersOnly]
    private static nint Make(nint handle)
    {
        var creation = (NetworkCreation)GCHandle.FromIntPtr(handle).Target!;
        try
        {
            Namespaces.Unshare(NamespaceKind.Network);
            Loopback.BringUp();
            creation._made = Namespaces.OpenCurrent(NamespaceKind.Network);
        }
        catch (LinuxException refused)
        {
            creation._failure = refused;
        }

        return 0;
    }

    [LibraryImport("libc")]
    private static partial int pthread_create(out nuint thread, nint attributes, delegate* unmanaged<nint, nint> start, nint argument);

    [LibraryImport("libc")]
    private static partial int pthread_join(nuint thread, out nint result);
}
