using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Paas.Linux.Netlink;

/// <summary>
/// Work inside a network namespace. A namespace belongs to a thread (setns(2)), so each call takes a thread of its own that
/// ends with it: no pooled thread is ever left in the wrong namespace.
/// </summary>
public static partial class NetworkNamespace
{
    private const int CloneNewNet = 0x40000000;
    private const int OpenCloexec = 0x80000;

    /// <summary>Runs a function in the namespace behind a descriptor.</summary>
    /// <param name="netnsFd">Open descriptor of a network namespace.</param>
    /// <param name="work">Must not wait for other threads' work in this namespace.</param>
    /// <exception cref="LinuxException">setns failed.</exception>
    public static T Run<T>(int netnsFd, Func<T> work) =>
        OnThread(() => setns(netnsFd, CloneNewNet), "setns(CLONE_NEWNET)", work);

    /// <summary>Runs a function in a new namespace, which ends with it unless something holds it.</summary>
    /// <exception cref="LinuxException">unshare failed.</exception>
    public static T RunInNew<T>(Func<T> work) => OnThread(() => unshare(CloneNewNet), "unshare(CLONE_NEWNET)", work);

    /// <summary>Makes a network namespace that lives as long as the returned descriptor, or a process in it.</summary>
    /// <exception cref="LinuxException">unshare or open failed.</exception>
    public static SafeFileHandle Create() => RunInNew(OpenCurrent);

    /// <summary>Opens the network namespace of the calling thread; the descriptor closes on exec.</summary>
    /// <exception cref="LinuxException">open failed.</exception>
    public static SafeFileHandle OpenCurrent()
    {
        const string path = "/proc/thread-self/ns/net";
        var descriptor = open(path, OpenCloexec);
        if (descriptor < 0) throw new LinuxException("open", Marshal.GetLastPInvokeError(), path);
        return Kernel.Handle(descriptor);
    }

    private static T OnThread<T>(Func<int> enter, string syscall, Func<T> work)
    {
        var result = default(T);
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                if (enter() < 0) throw new LinuxException(syscall, Marshal.GetLastPInvokeError());
                result = work();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        }, 256 * 1024)
        { IsBackground = true };
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result!;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setns(int descriptor, int type);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int unshare(int flags);
}
