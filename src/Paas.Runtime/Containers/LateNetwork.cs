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
    private SafeFileHandle? _own;

    private LateNetwork()
    {
    }

    /// <summary>
    /// One for a container that gets a network namespace of its own; null where the child has to be born in it: for a user
    /// namespace that is to own it, or for what is written into it first. On a single processor there is nothing to be gained.
    /// </summary>
    public static LateNetwork? For(NamespacePlan namespaces, LinuxConfig? linux)
    {
        if (!namespaces.Makes(NamespaceKind.Network) || namespaces.Has(NamespaceKind.User) || namespaces.HasSuccessor) return null;
        if (linux?.NetDevices is { Count: > 0 } || linux?.Sysctl is { Count: > 0 } || Environment.ProcessorCount == 1) return null;
        return new LateNetwork();
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
        _own = Namespaces.OpenCurrent(NamespaceKind.Network);
        Namespaces.Unshare(NamespaceKind.Network);
        Loopback.BringUp();
    }

    /// <summary>Goes back, once the child has told that it is inside.</summary>
    public void Leave()
    {
        if (_own is null) return;
        Namespaces.Enter(_own, NamespaceKind.Network);
        _own.Dispose();
        _own = null;
    }

    public void Dispose()
    {
        Leave();
        _ofParent.Dispose();
    }
}
