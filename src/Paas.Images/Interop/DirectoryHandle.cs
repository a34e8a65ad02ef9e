using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Paas.Images.Trees;
using Paas.Linux;
using static Paas.Linux.Native;

namespace Paas.Images.Interop;

/// <summary>
/// An open directory and what can be done to the names in it. Names are single components and raw (<see cref="RawPath"/>);
/// no call follows a symbolic link, so nothing here leaves the directory.
/// </summary>
internal sealed unsafe partial class DirectoryHandle : IDisposable
{
    private const int OpenFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

    /// <summary>Most directories within each other that are opened one from the other: each holds a descriptor, a path and a part of the stack.</summary>
    internal const int MostLevels = 256;

    private readonly string _path;
    private readonly int _level;
    private int _descriptor;

    private DirectoryHandle(int descriptor, string path, int level = 0)
    {
        _descriptor = descriptor;
        _path = path;
        _level = level;
    }

    /// <summary>Opens a directory of the host by its ordinary path; this one may pass through symbolic links.</summary>
    public static DirectoryHandle Open(string path)
    {
        var rawPath = RawPath.FromText(path);
        var descriptor = Libc.OpenAt(AT_FDCWD, rawPath, OpenFlags & ~O_NOFOLLOW, 0);
        return descriptor >= 0 ? new DirectoryHandle(descriptor, rawPath) : throw Failed("open", rawPath);
    }

    /// <summary>Opens a directory some levels down, through real directories only; null when there is none.</summary>
    /// <exception cref="LinuxException">A component is a symbolic link (ELOOP) or no directory (ENOTDIR).</exception>
    public DirectoryHandle? TryOpenBeneath(string rawPath)
    {
        if (rawPath.Length == 0) return Reopen();
        var descriptor = OpenAt2(_descriptor, rawPath, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS);
        if (descriptor >= 0) return new DirectoryHandle(descriptor, $"{_path}/{rawPath}");
        return Marshal.GetLastPInvokeError() == Errno.ENOENT ? null : throw Failed("openat2", $"{_path}/{rawPath}");
    }

    /// <exception cref="TreeTooDeepException">There are more levels than a tree has reason to have.</exception>
    public DirectoryHandle OpenChild(string name)
    {
        if (_level == MostLevels) throw new TreeTooDeepException(RawPath.ToText(name));
        var descriptor = Libc.OpenAt(_descriptor, name, OpenFlags, 0);
        return descriptor >= 0 ? new DirectoryHandle(descriptor, $"{_path}/{name}", _level + 1) : throw FailedAt("open", name);
    }

    /// <summary>Opens a regular file to be read.</summary>
    public SafeFileHandle OpenFile(string name)
    {
        var descriptor = Libc.OpenAt(_descriptor, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC, 0);
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw FailedAt("open", name);
    }

    /// <summary>Makes a regular file that was not there, for its owner only, and opens it to be written.</summary>
    public SafeFileHandle CreateFile(string name)
    {
        const int Flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
        var descriptor = Libc.OpenAt(_descriptor, name, Flags, 0x180);
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw FailedAt("open", name);
    }

    /// <summary>The file's status; null when there is none.</summary>
    public FileStatus? Stat(string name)
    {
        statx result;
        if (Libc.Statx(_descriptor, name, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &result) == 0) return StatusOf(result);
        return Marshal.GetLastPInvokeError() == Errno.ENOENT ? null : throw FailedAt("statx", name);
    }

    /// <summary>Status of the directory itself.</summary>
    public FileStatus Stat() => Stat(".") ?? throw new LinuxException("statx", Errno.ENOENT, RawPath.ToText(_path));

    /// <summary>Raw names of all entries, sorted by their bytes.</summary>
    public List<string> Names()
    {
        const int NameOffset = 19;
        using var listing = OpenListing();
        var names = new List<string>();
        var buffer = new byte[32 * 1024];
        while (true)
        {
            nint length;
            fixed (byte* start = buffer) length = Libc.ReadDirectory(listing._descriptor, start, (nuint)buffer.Length);
            if (length < 0) throw Failed("getdents64", _path);
            if (length == 0) break;
            for (var at = 0; at < length; at += BinaryPrimitives.ReadUInt16LittleEndian(buffer.AsSpan(at + 16)))
            {
                var name = buffer.AsSpan(at + NameOffset);
                name = name[..name.IndexOf((byte)0)];
                if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8)) names.Add(Encoding.Latin1.GetString(name));
            }
        }

        names.Sort(StringComparer.Ordinal);
        return names;
    }

    public string ReadLink(string name)
    {
        var buffer = stackalloc byte[4096];
        var length = Libc.ReadLinkAt(_descriptor, name, buffer, 4096);
        return length >= 0 ? Encoding.Latin1.GetString(buffer, (int)length) : throw FailedAt("readlink", name);
    }

    public void MakeDirectory(string name, uint mode) => Check(Libc.MakeDirectoryAt(_descriptor, name, mode), "mkdir", name);

    public void MakeSymbolicLink(string name, string target) => Check(Libc.SymbolicLinkAt(target, _descriptor, name), "symlink", name);

    public void MakeHardLink(string name, DirectoryHandle targetDirectory, string targetName) =>
        Check(Libc.LinkAt(targetDirectory._descriptor, targetName, _descriptor, name, 0), "link", name);

    /// <summary>Makes a device, fifo or whiteout, with no permissions yet.</summary>
    public void MakeNode(string name, FileKind kind, uint major, uint minor) =>
        Check(Libc.MakeNodeAt(_descriptor, name, (uint)kind << 12, Files.EncodeDevice(major, minor)), "mknod", name);

    public void SetOwner(string name, uint user, uint group) =>
        Check(Libc.ChangeOwnerAt(_descriptor, name, user, group, AT_SYMLINK_NOFOLLOW), "chown", name);

    /// <summary>The name must be no symbolic link: the kernel would follow it.</summary>
    public void SetMode(string name, uint mode) => Check(Libc.ChangeModeAt(_descriptor, name, mode, 0), "chmod", name);

    public void SetModified(string name, long seconds, uint nanoseconds = 0)
    {
        var times = stackalloc timespec[2];
        times[0] = times[1] = new timespec { tv_sec = seconds, tv_nsec = nanoseconds };
        Check(Libc.SetTimesAt(_descriptor, name, times, AT_SYMLINK_NOFOLLOW), "utimensat", name);
    }

    public void Dispose()
    {
        if (_descriptor < 0) return;
        _ = Libc.Close(_descriptor);
        _descriptor = -1;
    }

    private DirectoryHandle Reopen() => OpenListing();

    // A descriptor of its own: reading a directory moves the descriptor's position.
    private DirectoryHandle OpenListing()
    {
        var descriptor = Libc.OpenAt(_descriptor, ".", OpenFlags, 0);
        return descriptor >= 0 ? new DirectoryHandle(descriptor, _path) : throw Failed("open", _path);
    }

    private static int OpenAt2(int directory, string rawPath, ulong resolve)
    {
        var how = new open_how { flags = OpenFlags, resolve = resolve };
        var path = new byte[rawPath.Length + 1];
        Encoding.Latin1.GetBytes(rawPath, path);
        fixed (byte* start = path) return (int)Libc.SystemCall(SYS_openat2, directory, (nint)start, (nint)(&how), sizeof(open_how));
    }

    private static FileStatus StatusOf(in statx raw) => new(
        raw.stx_mode, raw.stx_uid, raw.stx_gid, (long)raw.stx_size, raw.stx_nlink,
        ((ulong)raw.stx_dev_major << 32) | raw.stx_dev_minor, raw.stx_ino,
        raw.stx_rdev_major, raw.stx_rdev_minor, raw.stx_mtime.tv_sec, raw.stx_mtime.tv_nsec);

    private void Check(int result, string call, string name)
    {
        if (result != 0) throw FailedAt(call, name);
    }

    private LinuxException FailedAt(string call, string name) => Failed(call, $"{_path}/{name}");

    private static LinuxException Failed(string call, string rawPath) =>
        new(call, Marshal.GetLastPInvokeError(), RawPath.ToText(rawPath));
}
