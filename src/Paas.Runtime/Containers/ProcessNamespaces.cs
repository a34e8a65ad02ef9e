using Microsoft.Win32.SafeHandles;
using Paas.Linux;
using Paas.Linux.Launching;
using Paas.Runtime.State;
using static Paas.Linux.Native;

namespace Paas.Runtime.Containers;

/// <summary>
/// The namespaces of a container's first process, for another process beside it: joined through its pidfd (setns(2)), several with one
/// call, instead of being opened one by one.
/// </summary>
internal sealed class ProcessNamespaces : IDisposable
{
    // What a process joins while it still has the host's rights; the others each have an order or a way of their own.
    private const NamespaceKind Surroundings = NamespaceKind.ControlGroup | NamespaceKind.HostName | NamespaceKind.Ipc | NamespaceKind.Network;

    private readonly SafeFileHandle _process;
    private readonly NamespaceKind _joined;

    private ProcessNamespaces(SafeFileHandle process, NamespaceKind joined) => (_process, _joined) = (process, joined);

    /// <summary>Those of a container.</summary>
    /// <exception cref="RuntimeException">Its first process has ended.</exception>
    public static ProcessNamespaces Of(KnownContainer container)
    {
        var process = container.OpenProcess() ?? throw Ended();
        try
        {
            return new ProcessNamespaces(process, ToJoin(container.Record.Pid));
        }
        catch (LinuxException gone) when (gone.Errno is Errno.ENOENT or Errno.ESRCH)
        {
            process.Dispose();
            throw Ended(gone);
        }
        catch
        {
            process.Dispose();
            throw;
        }
    }

    // Root of the machine may join what it is in already, and need not find out; others have no rights in the host's. Of mounts, users and
    // clocks it matters: to join one's own is refused, or would change the root.
    private static NamespaceKind ToJoin(int pid)
    {
        var isRoot = Environment.IsPrivilegedProcess && !Namespaces.IsInUserNamespace;
        var joined = isRoot ? Surroundings | NamespaceKind.Process : 0;
        foreach (var kind in Namespaces.Kinds)
        {
            // A kernel need not have every kind.
            if ((joined & kind) == 0 && Namespaces.IsCurrent(pid, kind) == false) joined |= kind;
        }

        return joined;
    }

    /// <summary>True where the process is in one that is not the caller's; of some kinds, true for the caller's own too.</summary>
    public bool Has(NamespaceKind kind) => (_joined & kind) != 0;

    /// <summary>Puts the calling thread's future children among the process's pids, until the result is disposed of.</summary>
    public ThreadNamespaces? EnterPids() => Has(NamespaceKind.Process) ? new ThreadNamespaces(NamespaceKind.Process, _process) : null;

    /// <summary>
    /// Adds the steps by which a child joins the rest: first what it has the host's rights for; then the user namespace, with which the
    /// rights in those come that it owns.
    /// </summary>
    public void AddTo(LaunchProgram program)
    {
        Join("join namespaces", Surroundings);
        Join("join namespace user", NamespaceKind.User);
        Join("join namespace time", NamespaceKind.Time);
        Join("join namespace mnt", NamespaceKind.Mount);

        void Join(string name, NamespaceKind kinds)
        {
            if ((_joined & kinds) is not 0 and var some) program.Add(name, null, SYS_setns, _process.DangerousGetHandle(), (int)some);
        }
    }

    private static RuntimeException Ended(Exception? cause = null) => new("the container's first process has just ended", cause);

    public void Dispose() => _process.Dispose();
}
