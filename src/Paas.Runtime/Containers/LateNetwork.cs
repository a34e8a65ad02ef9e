using Microsoft.Win32.SafeHandles;
using Paas.Linux;
using Paas.Linux.Launching;
using Paas.Oci.Runtime;
using static Paas.Linux.Native;

namespace Paas.Runtime.Containers;

/// <summary>
/// A new network namespace that the parent makes while its child mounts: making one takes the kernel as long as half of the mounts.
/// The child enters it when something is about to need it, and the parent stays in it until then.
/// </summary>
internal sealed class LateNetwork : IDisposable
{
    // Filesystems that show nothing of the network of whoever mounts them.
    private static readonly string[] Independent = ["proc", "tmpfs", "devpts", "mqueue", "bind", "cgroup", "cgroup2", "overlay"];

    private readonly SafeFileHandle _ofParent = Files.Open("/proc/thread-self/ns", O_PATH | O_DIRECTORY);
    private readonly SafeFileHandle _own;
    private bool _isInside;

    private LateNetwork(SafeFileHandle own) => _own = own;

    /// <summary>
    /// One for a container that gets a network namespace of its own; null where the child has to be born in it: for a user
    /// namespace that is to own it, for what is written into it first, or for a caller who could not go back. On a single processor
    /// there is nothing to be gained.
    /// </summary>
    public static LateNetwork? For(NamespacePlan namespaces, LinuxConfig? linux)
    {
        if (!namespaces.Makes(NamespaceKind.Network) || namespaces.Has(NamespaceKind.User) || namespaces.HasSuccessor) return null;
        if (linux?.NetDevices is { Count: > 0 } || linux?.Sysctl is { Count: > 0 } || Environment.ProcessorCount == 1) return null;
        var own = Namespaces.OpenCurrent(NamespaceKind.Network);
        if (MayReturnTo(own)) return new LateNetwork(own);
        own.Dispose();
        return null;
    }

    // Not who has rights in a user namespace only, around this process: the host's network is no part of it.
    private static bool MayReturnTo(SafeFileHandle own)
    {
        try
        {
            Namespaces.Enter(own, NamespaceKind.Network);
            return true;
        }
        catch (LinuxException e) when (e.Errno == Errno.EPERM)
        {
            return false;
        }
    }

    /// <summary>Whether a filesystem must be mounted inside.</summary>
    public static bool IsShownBy(string? filesystem) => filesystem is not null && Array.IndexOf(Independent, filesystem) < 0;

    /// <summary>Adds the child's steps into it, after the one that waits for <see cref="Make"/>.</summary>
    public void AddEntry(LaunchProgram program)
    {
        var made = program.NewRegister();
        program.Add("open network namespace", null, SYS_openat, _ofParent.DangerousGetHandle(), program.Text("net"), O_RDONLY | O_CLOEXEC).Into(made);
        program.Add("join namespace net", null, SYS_setns, made, CLONE_NEWNET);
        program.Add("close", null, SYS_close, made);
    }

    /// <summary>The parent's part: makes the namespace, with its loopback interface up, and goes into it.</summary>
    /// <exception cref="LinuxException">The kernel refuses it.</exception>
    public void Make()
    {
        Namespaces.Unshare(NamespaceKind.Network);
        _isInside = true;
        Loopback.BringUp();
    }

    /// <summary>Goes back, once the child has told that it is inside.</summary>
    public void Leave()
    {
        if (!_isInside) return;
        Namespaces.Enter(_own, NamespaceKind.Network);
        _isInside = false;
    }

    public void Dispose()
    {
        Leave();
        _own.Dispose();
        _ofParent.Dispose();
    }
}
