using Microsoft.Win32.SafeHandles;
using static Paas.Linux.Native;

namespace Paas.Linux;

/// <summary>The kinds of namespace, valued as clone's flags.</summary>
public enum NamespaceKind
{
    Mount = CLONE_NEWNS,
    ControlGroup = CLONE_NEWCGROUP,
    HostName = CLONE_NEWUTS,
    Ipc = CLONE_NEWIPC,
    User = CLONE_NEWUSER,
    Process = CLONE_NEWPID,
    Network = CLONE_NEWNET,
    Time = CLONE_NEWTIME,
}

/// <summary>Namespaces by their files under <c>/proc/PID/ns</c>.</summary>
public static class Namespaces
{
    /// <summary>All kinds there are.</summary>
    public static ReadOnlySpan<NamespaceKind> Kinds =>
    [
        NamespaceKind.Time, NamespaceKind.Mount, NamespaceKind.ControlGroup, NamespaceKind.HostName, NamespaceKind.Ipc, NamespaceKind.User,
        NamespaceKind.Process, NamespaceKind.Network,
    ];

    private static bool? _isBelowUser;

    /// <summary>
    /// True where this process has its rights in a user namespace and not in the machine's first one: as root there it may neither make
    /// device nodes nor decide who opens which.
    /// </summary>
    public static unsafe bool IsInUserNamespace
    {
        get
        {
            if (_isBelowUser is { } known) return known;
            const int Longest = 64;
            var name = stackalloc byte[Longest];
            var length = (int)ReadLink("/proc/self/ns/user", name, Longest);
            // PROC_USER_INIT_INO of linux/proc_ns.h. Without user namespaces there is no such file.
            _isBelowUser = length > 0 && !new ReadOnlySpan<byte>(name, length).SequenceEqual("user:[4026531837]"u8);
            return _isBelowUser.Value;
        }
    }

    /// <summary>The name of a namespace's file below <c>/proc/PID/ns</c>.</summary>
    public static string FileName(NamespaceKind kind) => kind switch
    {
        NamespaceKind.Mount => "mnt",
        NamespaceKind.ControlGroup => "cgroup",
        NamespaceKind.HostName => "uts",
        NamespaceKind.Ipc => "ipc",
        NamespaceKind.User => "user",
        NamespaceKind.Process => "pid",
        NamespaceKind.Network => "net",
        NamespaceKind.Time => "time",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>Opens a namespace by its file.</summary>
    public static SafeFileHandle Open(string path) => Files.Open(path, O_RDONLY);

    /// <summary>The kind of an open namespace; null for a file that is none.</summary>
    public static NamespaceKind? KindOf(SafeFileHandle handle) =>
        Kernel.Call(SYS_ioctl, handle.DangerousGetHandle(), NS_GET_NSTYPE) is > 0 and var kind ? (NamespaceKind)kind : null;

    /// <summary>The user namespace around a user namespace.</summary>
    /// <exception cref="LinuxException">EPERM: it is not below the caller's own.</exception>
    public static SafeFileHandle OpenParent(SafeFileHandle userNamespace) =>
        Kernel.Handle(Kernel.Call(SYS_ioctl, userNamespace.DangerousGetHandle(), NS_GET_PARENT), "ioctl NS_GET_PARENT");

    /// <summary>Whether a process is in the calling one's namespace of a kind; null where the kernel has none of that kind.</summary>
    /// <exception cref="LinuxException">ENOENT: there is no such process.</exception>
    public static bool? IsCurrent(int pid, NamespaceKind kind) => AreSame($"/proc/self/ns/{FileName(kind)}", $"/proc/{pid}/ns/{FileName(kind)}");

    /// <summary>Whether an open namespace is the calling thread's.</summary>
    public static bool IsCurrent(SafeFileHandle handle, NamespaceKind kind) =>
        AreSame($"/proc/thread-self/ns/{FileName(kind)}", $"/proc/self/fd/{handle.DangerousGetHandle()}") == true;

    // Null where the first is not there.
    private static unsafe bool? AreSame(string own, string other)
    {
        const int Longest = 64;
        byte* ownLink = stackalloc byte[Longest], otherLink = stackalloc byte[Longest];
        var ownLength = ReadLink(own, ownLink, Longest);
        if (ownLength == -Errno.ENOENT) return null;
        Kernel.Check(ownLength, "readlink", own);
        var otherLength = Kernel.Check(ReadLink(other, otherLink, Longest), "readlink", other);
        return new ReadOnlySpan<byte>(ownLink, (int)ownLength).SequenceEqual(new ReadOnlySpan<byte>(otherLink, (int)otherLength));
    }

    private static unsafe nint ReadLink(string path, byte* into, int room)
    {
        fixed (byte* p = Kernel.Utf8(path)) return Kernel.Call(SYS_readlinkat, AT_FDCWD, (nint)p, (nint)into, room);
    }

    /// <summary>Opens a namespace of a process.</summary>
    public static SafeFileHandle Open(int pid, NamespaceKind kind) => Open($"/proc/{pid}/ns/{FileName(kind)}");

    /// <summary>Opens a namespace of the calling thread.</summary>
    public static SafeFileHandle OpenCurrent(NamespaceKind kind) => Open($"/proc/thread-self/ns/{FileName(kind)}");

    /// <summary>
    /// setns(2): moves the calling thread, and only it (for <see cref="NamespaceKind.Process"/>: its future children). A process
    /// with several threads cannot enter a mount or user namespace.
    /// </summary>
    public static void Enter(SafeFileHandle handle, NamespaceKind kind) =>
        Kernel.Check(Kernel.Call(SYS_setns, handle.DangerousGetHandle(), (nint)kind), $"setns {FileName(kind)}");

    /// <summary>unshare(2) of the calling thread, under the same limits as <see cref="Enter"/>.</summary>
    public static void Unshare(NamespaceKind kinds) => Kernel.Check(Kernel.Call(SYS_unshare, (nint)kinds), "unshare");
}
