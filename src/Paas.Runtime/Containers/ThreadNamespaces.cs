using Microsoft.Win32.SafeHandles;
using Paas.Linux;

namespace Paas.Runtime.Containers;

/// <summary>
/// Puts the calling thread into namespaces for the moment of a fork, so that the child is born in them. The parent enters, since
/// the child has no rights in namespaces of the host once it is in a user namespace of its own. Mount and user namespaces cannot
/// be entered by a process with several threads: these the child joins. So it does with that of control groups, from inside which
/// the kernel lets nobody be born in a group by a process that is outside (cgroups(7), nsdelegate).
/// </summary>
internal sealed class ThreadNamespaces : IDisposable
{
    private readonly List<(NamespaceKind Kind, SafeFileHandle Own)> _own = [];

    public ThreadNamespaces(NamespacePlan plan)
    {
        try
        {
            foreach (var (kind, handle) in plan.Joined)
            {
                if (!ByChild(kind)) Enter(kind, handle);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Of one kind alone.</summary>
    /// <param name="kind">None that the child has to join itself.</param>
    /// <param name="handle">A namespace, or a pidfd of a process in it.</param>
    public ThreadNamespaces(NamespaceKind kind, SafeFileHandle handle)
    {
        try
        {
            Enter(kind, handle);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private void Enter(NamespaceKind kind, SafeFileHandle handle)
    {
        // For pids, "own" is what children get: it can differ only while this object lives.
        _own.Add((kind, Namespaces.OpenCurrent(kind)));
        Namespaces.Enter(handle, kind);
    }

    /// <summary>True for a kind that the child has to join itself.</summary>
    public static bool ByChild(NamespaceKind kind) =>
        kind is NamespaceKind.Mount or NamespaceKind.User or NamespaceKind.Time or NamespaceKind.ControlGroup;

    public void Dispose()
    {
        foreach (var (kind, own) in _own)
        {
            using (own) Return(own, kind);
        }

        _own.Clear();
    }

    private static void Return(SafeFileHandle own, NamespaceKind kind)
    {
        try
        {
            Namespaces.Enter(own, kind);
        }
        catch (LinuxException e) when (e.Errno == Errno.EPERM)
        {
            // The host's, which nobody may enter who has rights in a user namespace only. Such a caller stays in the container's: it
            // only waits for its child.
        }
    }
}
