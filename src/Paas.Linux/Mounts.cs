using Microsoft.Win32.SafeHandles;
using static Paas.Linux.Native;

namespace Paas.Linux;

/// <summary>Mounting: the classic calls, and the calls on detached mounts (open_tree, fsopen, mount_setattr, move_mount).</summary>
public static unsafe class Mounts
{
    /// <summary>mount(2).</summary>
    public static void Mount(string? source, string target, string? type, long flags, string? data = null)
    {
        fixed (byte* s = source is null ? null : Kernel.Utf8(source))
        fixed (byte* t = Kernel.Utf8(target))
        fixed (byte* y = type is null ? null : Kernel.Utf8(type))
        fixed (byte* d = data is null ? null : Kernel.Utf8(data))
        {
            Kernel.Check(Kernel.Call(SYS_mount, (nint)s, (nint)t, (nint)y, (nint)flags, (nint)d), "mount", target);
        }
    }

    /// <summary>umount2(2); <paramref name="flags"/> are MNT_* and UMOUNT_NOFOLLOW.</summary>
    public static void Unmount(string target, int flags = 0)
    {
        fixed (byte* t = Kernel.Utf8(target))
        {
            Kernel.Check(Kernel.Call(SYS_umount2, (nint)t, flags), "umount", target);
        }
    }

    /// <summary>Unmounts when something is mounted there; false when not.</summary>
    public static bool TryUnmount(string target, int flags = 0)
    {
        fixed (byte* t = Kernel.Utf8(target))
        {
            var result = Kernel.Call(SYS_umount2, (nint)t, flags);
            if (result is -Errno.EINVAL or -Errno.ENOENT) return false;
            Kernel.Check(result, "umount", target);
            return true;
        }
    }

    /// <summary>A detached copy of the mount at <paramref name="path"/>: the source of a bind mount, as an open file.</summary>
    public static SafeFileHandle OpenTreeClone(string path, bool recursive)
    {
        fixed (byte* p = Kernel.Utf8(path))
        {
            var flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_NO_AUTOMOUNT | (recursive ? AT_RECURSIVE : 0);
            return Kernel.Handle(Kernel.Call(SYS_open_tree, AT_FDCWD, (nint)p, flags), "open_tree", path);
        }
    }

    /// <summary>mount_setattr(2) on an open mount.</summary>
    /// <param name="mount">From <see cref="OpenTreeClone"/> or <see cref="FilesystemContext.Mount"/>.</param>
    /// <param name="set">MOUNT_ATTR_* to set.</param>
    /// <param name="clear">MOUNT_ATTR_* to clear.</param>
    /// <param name="propagation">MS_PRIVATE, MS_SLAVE, MS_SHARED, MS_UNBINDABLE, or 0 to leave it.</param>
    /// <param name="recursive">Also on all mounts below.</param>
    public static void SetAttributes(SafeFileHandle mount, long set, long clear = 0, long propagation = 0, bool recursive = false)
    {
        var attributes = new mount_attr { attr_set = (ulong)set, attr_clr = (ulong)clear, propagation = (ulong)propagation };
        Apply(mount, attributes, recursive);
    }

    /// <summary>Maps the ids of a detached mount through a user namespace (Linux 5.12; EINVAL where the filesystem cannot).</summary>
    public static void MapIds(SafeFileHandle mount, SafeFileHandle userNamespace, bool recursive = false) =>
        Apply(
            mount,
            new mount_attr { attr_set = MOUNT_ATTR_IDMAP, userns_fd = (ulong)userNamespace.DangerousGetHandle() },
            recursive);

    private static void Apply(SafeFileHandle mount, mount_attr attributes, bool recursive)
    {
        fixed (byte* empty = Kernel.Utf8(""))
        {
            var flags = AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0);
            Kernel.Check(
                Kernel.Call(SYS_mount_setattr, mount.DangerousGetHandle(), (nint)empty, flags, (nint)(&attributes), sizeof(mount_attr)),
                "mount_setattr");
        }
    }

    /// <summary>Attaches a detached mount at a path of the caller's mount namespace.</summary>
    public static void Attach(SafeFileHandle mount, string target)
    {
        fixed (byte* empty = Kernel.Utf8(""))
        fixed (byte* t = Kernel.Utf8(target))
        {
            Kernel.Check(
                Kernel.Call(SYS_move_mount, mount.DangerousGetHandle(), (nint)empty, AT_FDCWD, (nint)t, MOVE_MOUNT_F_EMPTY_PATH),
                "move_mount", target);
        }
    }
}
