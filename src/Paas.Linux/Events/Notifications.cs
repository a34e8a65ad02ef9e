using Microsoft.Win32.SafeHandles;
using static Paas.Linux.Native;

namespace Paas.Linux.Events;

/// <summary>Descriptors that become readable when something happened. They do not block and close on exec.</summary>
public static unsafe class Notifications
{
    /// <summary>An event counter (eventfd(2)), for the kernel or another process to add to.</summary>
    public static SafeFileHandle Counter() => Kernel.Handle(Kernel.Call(SYS_eventfd2, 0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd");

    /// <summary>Changes of one file's content (inotify(7)).</summary>
    public static SafeFileHandle OfChanges(string path)
    {
        var watcher = Kernel.Handle(Kernel.Call(SYS_inotify_init1, IN_CLOEXEC | IN_NONBLOCK), "inotify_init1");
        fixed (byte* p = Kernel.Utf8(path))
        {
            var result = Kernel.Call(SYS_inotify_add_watch, watcher.DangerousGetHandle(), (nint)p, IN_MODIFY);
            if (result < 0) watcher.Dispose();
            Kernel.Check(result, "inotify_add_watch", path);
        }

        return watcher;
    }
}
