using Microsoft.Win32.SafeHandles;
using static Paas.Linux.Native;

namespace Paas.Linux;

/// <summary>Files as the kernel sees them, where the base library has no word for it. No method follows a final symbolic link unless it says so.</summary>
public static unsafe class Files
{
    // One NUL that never moves.
    private static readonly nint Empty = (nint)System.Runtime.InteropServices.NativeMemory.AllocZeroed(1);

    /// <summary>open(2); <paramref name="flags"/> are O_* (O_CLOEXEC is added).</summary>
    public static SafeFileHandle Open(string path, int flags, uint mode = 0)
    {
        fixed (byte* p = Kernel.Utf8(path))
        {
            return Kernel.Handle(Kernel.Call(SYS_openat, AT_FDCWD, (nint)p, flags | O_CLOEXEC, (nint)mode), "open", path);
        }
    }

    /// <summary>memfd_create(2): a file that is nowhere but in memory. <paramref name="name"/> shows in procfs.</summary>
    public static SafeFileHandle OpenAnonymous(string name)
    {
        fixed (byte* n = Kernel.Utf8(name)) return Kernel.Handle(Kernel.Call(SYS_memfd_create, (nint)n, MFD_CLOEXEC), "memfd_create", name);
    }

    /// <summary>As <see cref="Open"/>, null when the file does not exist.</summary>
    public static SafeFileHandle? OpenIfExists(string path, int flags)
    {
        fixed (byte* p = Kernel.Utf8(path))
        {
            var result = Kernel.Call(SYS_openat, AT_FDCWD, (nint)p, flags | O_CLOEXEC);
            return result == -Errno.ENOENT ? null : Kernel.Handle(result, "open", path);
        }
    }

    /// <summary>openat2(2): resolves <paramref name="path"/> below <paramref name="directory"/> under RESOLVE_* rules.</summary>
    public static SafeFileHandle OpenBelow(SafeFileHandle directory, string path, int flags, int resolve, uint mode = 0)
    {
        var how = new open_how { flags = (ulong)(flags | O_CLOEXEC), mode = mode, resolve = (ulong)resolve };
        fixed (byte* p = Kernel.Utf8(path))
        {
            return Kernel.Handle(
                Kernel.Call(SYS_openat2, directory.DangerousGetHandle(), (nint)p, (nint)(&how), sizeof(open_how)), "openat2", path);
        }
    }

    /// <summary>As <see cref="OpenBelow"/>, null when it cannot be opened, for whatever reason.</summary>
    public static SafeFileHandle? OpenBelowIfPossible(SafeFileHandle directory, string path, int flags, int resolve)
    {
        var how = new open_how { flags = (ulong)(flags | O_CLOEXEC), resolve = (ulong)resolve };
        fixed (byte* p = Kernel.Utf8(path))
        {
            var result = Kernel.Call(SYS_openat2, directory.DangerousGetHandle(), (nint)p, (nint)(&how), sizeof(open_how));
            return result < 0 ? null : Kernel.Handle((int)result);
        }
    }

    /// <summary>The text of a symbolic link that is held open itself (O_PATH with O_NOFOLLOW).</summary>
    public static string ReadLink(SafeFileHandle link)
    {
        var buffer = stackalloc byte[4096];
        var length = Kernel.Check(Kernel.Call(SYS_readlinkat, link.DangerousGetHandle(), Empty, (nint)buffer, 4096), "readlinkat");
        return System.Text.Encoding.UTF8.GetString(buffer, (int)length);
    }

    /// <summary>The magic number of the filesystem a file is on (fstatfs(2)), e.g. <see cref="PROC_SUPER_MAGIC"/>.</summary>
    public static long FilesystemType(SafeFileHandle file)
    {
        statfs status;
        Kernel.Check(Kernel.Call(SYS_fstatfs, file.DangerousGetHandle(), (nint)(&status)), "fstatfs");
        return status.f_type;
    }

    /// <summary>ST_* of the mount a file is on (fstatfs(2)): <see cref="ST_RDONLY"/>, <see cref="ST_NOSUID"/>.</summary>
    public static long MountFlags(SafeFileHandle file)
    {
        statfs status;
        Kernel.Check(Kernel.Call(SYS_fstatfs, file.DangerousGetHandle(), (nint)(&status)), "fstatfs");
        return status.f_flags;
    }

    /// <summary>statx(2) of the path itself.</summary>
    public static FileStatus Status(string path) =>
        TryStatus(path, out var status, out var errno) ? status : throw new LinuxException("statx", errno, path);

    /// <summary>Whether this process may write to a file, or make files in a directory.</summary>
    public static bool IsWritable(string path)
    {
        const int W_OK = 2;
        fixed (byte* name = Kernel.Utf8(path)) return Kernel.Call(SYS_faccessat2, AT_FDCWD, (nint)name, W_OK, 0) >= 0;
    }

    /// <summary>statx(2); false when there is no such file.</summary>
    public static bool TryStatus(string path, out FileStatus status)
    {
        if (TryStatus(path, out status, out var errno)) return true;
        return errno is Errno.ENOENT or Errno.ENOTDIR ? false : throw new LinuxException("statx", errno, path);
    }

    /// <summary>statx(2) of an open file.</summary>
    public static FileStatus Status(SafeFileHandle file)
    {
        statx raw;
        fixed (byte* p = Kernel.Utf8(""))
        {
            Kernel.Check(
                Kernel.Call(SYS_statx, file.DangerousGetHandle(), (nint)p, AT_EMPTY_PATH, STATX_BASIC_STATS, (nint)(&raw)), "statx");
        }

        return Convert(raw);
    }

    private static bool TryStatus(string path, out FileStatus status, out int errno)
    {
        statx raw;
        fixed (byte* p = Kernel.Utf8(path))
        {
            var result = Kernel.Call(
                SYS_statx, AT_FDCWD, (nint)p, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, STATX_BASIC_STATS, (nint)(&raw));
            errno = (int)-result;
            status = result >= 0 ? Convert(raw) : default;
            return result >= 0;
        }
    }

    private static FileStatus Convert(in statx raw) => new(
        raw.stx_mode, raw.stx_uid, raw.stx_gid, (long)raw.stx_size, raw.stx_nlink,
        ((ulong)raw.stx_dev_major << 32) | raw.stx_dev_minor, raw.stx_ino,
        raw.stx_rdev_major, raw.stx_rdev_minor, raw.stx_mtime.tv_sec, raw.stx_mtime.tv_nsec);

    /// <summary>lchown(2).</summary>
    public static void ChangeOwner(string path, uint uid, uint gid)
    {
        fixed (byte* p = Kernel.Utf8(path))
        {
            Kernel.Check(
                Kernel.Call(SYS_fchownat, AT_FDCWD, (nint)p, (nint)uid, (nint)gid, AT_SYMLINK_NOFOLLOW), "lchown", path);
        }
    }

    /// <summary>chmod(2) with all twelve bits; follows a symbolic link, which has no mode of its own.</summary>
    public static void ChangeMode(string path, uint permissions)
    {
        fixed (byte* p = Kernel.Utf8(path))
        {
            Kernel.Check(Kernel.Call(SYS_fchmodat, AT_FDCWD, (nint)p, (nint)permissions), "chmod", path);
        }
    }

    /// <summary>chmod(2), of a name in an open directory. Not for a directory that others can write: it follows a symbolic link.</summary>
    public static void ChangeMode(SafeFileHandle directory, string name, uint permissions)
    {
        fixed (byte* n = Kernel.Utf8(name))
        {
            Kernel.Check(Kernel.Call(SYS_fchmodat, directory.DangerousGetHandle(), (nint)n, (nint)permissions), "chmod", name);
        }
    }

    /// <summary>mknod(2): <paramref name="mode"/> is S_IFCHR, S_IFBLK, S_IFIFO or S_IFSOCK with permissions (the umask applies).</summary>
    public static void MakeNode(string path, uint mode, uint major = 0, uint minor = 0)
    {
        fixed (byte* p = Kernel.Utf8(path))
        {
            Kernel.Check(
                Kernel.Call(SYS_mknodat, AT_FDCWD, (nint)p, (nint)mode, (nint)EncodeDevice(major, minor)), "mknod", path);
        }
    }

    /// <summary>As <see cref="MakeNode(string, uint, uint, uint)"/>, of a name in an open directory.</summary>
    public static void MakeNode(SafeFileHandle directory, string name, uint mode, uint major = 0, uint minor = 0)
    {
        fixed (byte* n = Kernel.Utf8(name))
        {
            var device = (nint)EncodeDevice(major, minor);
            Kernel.Check(Kernel.Call(SYS_mknodat, directory.DangerousGetHandle(), (nint)n, (nint)mode, device), "mknod", name);
        }
    }

    /// <summary>A device number as mknod(2) takes it.</summary>
    public static ulong EncodeDevice(uint major, uint minor) =>
        (minor & 0xFF) | ((ulong)(major & 0xFFF) << 8) | ((ulong)(minor & ~0xFFu) << 12) | ((ulong)(major & ~0xFFFu) << 32);

    /// <summary>link(2); the old path's final symbolic link is linked itself.</summary>
    public static void Link(string existing, string path)
    {
        fixed (byte* from = Kernel.Utf8(existing))
        fixed (byte* to = Kernel.Utf8(path))
        {
            Kernel.Check(Kernel.Call(SYS_linkat, AT_FDCWD, (nint)from, AT_FDCWD, (nint)to), "link", path);
        }
    }

    /// <summary>rename(2): takes the place of what has the new name.</summary>
    public static void Rename(string existing, string path)
    {
        fixed (byte* from = Kernel.Utf8(existing))
        fixed (byte* to = Kernel.Utf8(path))
        {
            Kernel.Check(Kernel.Call(SYS_renameat2, AT_FDCWD, (nint)from, AT_FDCWD, (nint)to, 0), "rename", path);
        }
    }

    /// <summary>unlink(2); false when there was no such name.</summary>
    public static bool TryRemove(string path)
    {
        fixed (byte* p = Kernel.Utf8(path))
        {
            var result = Kernel.Call(SYS_unlinkat, AT_FDCWD, (nint)p, 0);
            if (result == -Errno.ENOENT) return false;
            Kernel.Check(result, "unlink", path);
            return true;
        }
    }

    /// <summary>mkdir(2); false when the name is taken.</summary>
    public static bool TryMakeDirectory(string path, uint mode)
    {
        fixed (byte* p = Kernel.Utf8(path))
        {
            var result = Kernel.Call(SYS_mkdirat, AT_FDCWD, (nint)p, (nint)mode);
            if (result == -Errno.EEXIST) return false;
            Kernel.Check(result, "mkdir", path);
            return true;
        }
    }

    /// <summary>mkdir(2); 0 or the error number.</summary>
    internal static int MakeDirectory(string path, uint mode)
    {
        fixed (byte* p = Kernel.Utf8(path))
        {
            return (int)-Kernel.Call(SYS_mkdirat, AT_FDCWD, (nint)p, (nint)mode);
        }
    }

    /// <summary>fchown(2).</summary>
    public static void ChangeOwner(SafeFileHandle file, uint uid, uint gid) =>
        Kernel.Check(Kernel.Call(SYS_fchownat, file.DangerousGetHandle(), Empty, (nint)uid, (nint)gid, AT_EMPTY_PATH), "fchown");

    /// <summary>rmdir(2); false when something is in it. One that is not there is as good as removed.</summary>
    public static bool TryRemoveDirectory(string path)
    {
        var errno = RemoveDirectory(path);
        return errno is 0 or Errno.ENOENT || (errno == Errno.ENOTEMPTY ? false : throw new LinuxException("rmdir", errno, path));
    }

    /// <summary>rmdir(2); 0 or the error number.</summary>
    internal static int RemoveDirectory(string path)
    {
        fixed (byte* p = Kernel.Utf8(path))
        {
            return (int)-Kernel.Call(SYS_unlinkat, AT_FDCWD, (nint)p, AT_REMOVEDIR);
        }
    }

    /// <summary>utimensat(2) of the path itself: access and modification time alike.</summary>
    public static void SetTimes(string path, long seconds, long nanoseconds)
    {
        var times = stackalloc timespec[2];
        times[0] = times[1] = new timespec { tv_sec = seconds, tv_nsec = nanoseconds };
        fixed (byte* p = Kernel.Utf8(path))
        {
            Kernel.Check(Kernel.Call(SYS_utimensat, AT_FDCWD, (nint)p, (nint)times, AT_SYMLINK_NOFOLLOW), "utimensat", path);
        }
    }

    /// <summary>Makes a directory's entries (created, renamed, removed names) durable.</summary>
    public static void SyncDirectory(string path)
    {
        using var directory = Open(path, O_RDONLY | O_DIRECTORY);
        Kernel.Check(Kernel.Call(SYS_fsync, directory.DangerousGetHandle()), "fsync", path);
    }

    /// <summary>Makes an open file's content durable.</summary>
    public static void Sync(SafeFileHandle file) =>
        Kernel.Check(Kernel.Call(SYS_fsync, file.DangerousGetHandle()), "fsync");

    /// <summary>
    /// Begins to write a part of an open file to disk and does not wait for it (sync_file_range(2)), so that a later
    /// <see cref="Sync"/> has less to wait for. A filesystem that cannot does nothing.
    /// </summary>
    /// <param name="file">Open for writing.</param>
    /// <param name="offset">Bytes from the file's start.</param>
    /// <param name="length">Bytes.</param>
    public static void BeginSync(SafeFileHandle file, long offset, long length) =>
        Kernel.Call(SYS_sync_file_range, file.DangerousGetHandle(), (nint)offset, (nint)length, SYNC_FILE_RANGE_WRITE);

    /// <summary>Makes everything on the filesystem of <paramref name="path"/> durable (syncfs): cheaper than many fsyncs.</summary>
    public static void SyncFilesystem(string path)
    {
        using var any = Open(path, O_RDONLY);
        Kernel.Check(Kernel.Call(SYS_syncfs, any.DangerousGetHandle()), "syncfs", path);
    }

    /// <summary>flock(2), exclusive. False when <paramref name="wait"/> is false and another open file holds it.</summary>
    public static bool Lock(SafeFileHandle file, bool wait)
    {
        while (true)
        {
            var result = Kernel.Call(SYS_flock, file.DangerousGetHandle(), LOCK_EX | (wait ? 0 : LOCK_NB));
            if (result >= 0) return true;
            if (result == -Errno.EAGAIN) return false;
            if (result != -Errno.EINTR) Kernel.Check(result, "flock");
        }
    }

    /// <summary>
    /// A whole file with open, read and close and nothing else: what a program that runs for a few milliseconds reads with. For
    /// files of procfs, whose length is not known before, and other short ones.
    /// </summary>
    /// <exception cref="LinuxException">ENOENT: there is none.</exception>
    public static byte[] ReadBytes(string path)
    {
        using var file = Open(path, O_RDONLY);
        return ReadBytes(file);
    }

    /// <summary>As <see cref="ReadBytes(string)"/>, of an open file from where it stands.</summary>
    /// <param name="file">The file, or a pipe.</param>
    /// <param name="most">Bytes that are read at most.</param>
    /// <exception cref="LinuxException">EFBIG: it has more than <paramref name="most"/>.</exception>
    public static byte[] ReadBytes(SafeFileHandle file, int most = int.MaxValue)
    {
        // Most fit into this, and are copied once.
        Span<byte> all = stackalloc byte[4096];
        for (var length = 0; ;)
        {
            // A short read is not the end: procfs gives whole records.
            var count = Events.Descriptors.Read(file, all[length..]);
            if (count <= 0) return all[..length].ToArray();
            length += count;
            if (length > most) throw new LinuxException("read", Errno.EFBIG);
            if (length < all.Length) continue;
            var larger = new byte[4 * length];
            all.CopyTo(larger);
            all = larger;
        }
    }

    /// <summary>As <see cref="ReadBytes"/>, of UTF-8.</summary>
    public static string ReadText(string path) => System.Text.Encoding.UTF8.GetString(ReadBytes(path));

    /// <summary>
    /// Writes a whole file in one write(2), as files of procfs, sysfs and cgroupfs want it. The file must exist.
    /// </summary>
    public static void WriteKernelFile(string path, string content)
    {
        using var file = Open(path, O_WRONLY);
        WriteKernelFile(file, content, path);
    }

    internal static void WriteKernelFile(SafeFileHandle file, string content, string path)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(content);
        fixed (byte* p = bytes)
        {
            Kernel.Check(Kernel.Call(SYS_write, file.DangerousGetHandle(), (nint)p, bytes.Length), "write", path);
        }
    }

    /// <summary>Replaces a file atomically: temporary name, optionally fsync, rename, fsync of the directory.</summary>
    /// <param name="path">The file.</param>
    /// <param name="content">The new content.</param>
    /// <param name="durable">False where the file need not outlive the machine's next boot.</param>
    public static void WriteAtomically(string path, ReadOnlySpan<byte> content, bool durable)
    {
        var temporary = path + ".tmp";
        using (var file = Open(temporary, O_WRONLY | O_CREAT | O_TRUNC, 0x180 /* 0600 */))
        {
            Events.Descriptors.Write(file, content);
            if (durable) Sync(file);
        }

        Rename(temporary, path);
        if (durable) SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }
}
