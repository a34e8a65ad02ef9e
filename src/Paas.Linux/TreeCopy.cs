using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;
using static Paas.Linux.Native;

namespace Paas.Linux;

/// <summary>
/// Copies what is below one directory to another: content, modes, owners, times, extended attributes, links, device nodes. Both
/// are held open and walked name by name, never through a symbolic link, so that somebody who renames things meanwhile is left
/// with an odd copy and nothing more. The target must be out of others' reach.
/// </summary>
public static unsafe class TreeCopy
{
    // Names are bytes: a directory may hold some that are no UTF-8. Latin-1 keeps them as they are.
    private static readonly Encoding Raw = Encoding.Latin1;

    /// <summary>Copies the entries of <paramref name="source"/> into the empty directory <paramref name="target"/>.</summary>
    /// <exception cref="LinuxException">What could not be copied: ENOSPC where the target is too small.</exception>
    public static void Copy(SafeFileHandle source, SafeFileHandle target)
    {
        foreach (var name in Names(source))
        {
            fixed (byte* n = name) CopyEntry(source, target, n, Raw.GetString(name));
        }
    }

    private static void CopyEntry(SafeFileHandle source, SafeFileHandle target, byte* name, string text)
    {
        using var entry = OpenAt(source, name, O_PATH | O_NOFOLLOW, text);
        var status = Files.Status(entry);
        switch (status.Mode & S_IFMT)
        {
            case S_IFDIR:
                CopyDirectory(source, target, name, text);
                return;
            case S_IFREG:
                CopyFile(source, target, name, text);
                return;
            case S_IFLNK:
                CopyLink(entry, target, name, text);
                break;
            default:
                var device = (nint)Files.EncodeDevice(status.DeviceMajor, status.DeviceMinor);
                Check(Kernel.Call(SYS_mknodat, Number(target), (nint)name, (nint)status.Mode, device), "mknod", text);
                break;
        }

        Check(Kernel.Call(SYS_fchownat, Number(target), (nint)name, (nint)status.Uid, (nint)status.Gid, AT_SYMLINK_NOFOLLOW), "chown", text);
        if (!status.IsSymbolicLink) Check(Kernel.Call(SYS_fchmodat, Number(target), (nint)name, (nint)status.Permissions), "chmod", text);
        SetTimes(target, name, status, text);
    }

    private static void CopyDirectory(SafeFileHandle source, SafeFileHandle target, byte* name, string text)
    {
        using var from = OpenAt(source, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, text);
        Check(Kernel.Call(SYS_mkdirat, Number(target), (nint)name, 0x1C0 /* 0700 */), "mkdir", text);
        using var to = OpenAt(target, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, text);
        Copy(from, to);
        Finish(from, to, target, name, text);
    }

    private static void CopyFile(SafeFileHandle source, SafeFileHandle target, byte* name, string text)
    {
        // Not blocking, in case it has become a fifo since.
        using var from = OpenAt(source, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, text);
        if (!Files.Status(from).IsRegular) throw new LinuxException("copy", Errno.EAGAIN, text);
        using var to = OpenAt(target, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, text);
        var buffer = new byte[64 * 1024];
        fixed (byte* b = buffer)
        {
            while (true)
            {
                var length = Check(Kernel.Call(SYS_read, Number(from), (nint)b, buffer.Length), "read", text);
                if (length == 0) break;
                for (nint done = 0; done < length;) done += Check(Kernel.Call(SYS_write, Number(to), (nint)b + done, length - done), "write", text);
            }
        }

        Finish(from, to, target, name, text);
    }

    private static void CopyLink(SafeFileHandle link, SafeFileHandle target, byte* name, string text)
    {
        const int Longest = 4096;
        var buffer = stackalloc byte[Longest + 1];
        buffer[0] = 0;
        var length = Check(Kernel.Call(SYS_readlinkat, Number(link), (nint)buffer, (nint)buffer, Longest), "readlink", text);
        buffer[length] = 0;
        Check(Kernel.Call(SYS_symlinkat, (nint)buffer, Number(target), (nint)name), "symlink", text);
    }

    // The owner before the mode, since a change of owner takes set-id bits away; the times last.
    private static void Finish(SafeFileHandle from, SafeFileHandle to, SafeFileHandle directory, byte* name, string text)
    {
        var status = Files.Status(from);
        Files.ChangeOwner(to, status.Uid, status.Gid);
        ExtendedAttributes.Copy(from, to);
        Check(Kernel.Call(SYS_fchmodat, Number(directory), (nint)name, (nint)status.Permissions), "chmod", text);
        SetTimes(directory, name, status, text);
    }

    private static void SetTimes(SafeFileHandle directory, byte* name, in FileStatus status, string text)
    {
        var times = stackalloc timespec[2];
        times[0] = times[1] = new timespec { tv_sec = status.ModifiedSeconds, tv_nsec = status.ModifiedNanoseconds };
        Check(Kernel.Call(SYS_utimensat, Number(directory), (nint)name, (nint)times, AT_SYMLINK_NOFOLLOW), "utimensat", text);
    }

    // NUL-terminated, as the kernel takes them again.
    private static List<byte[]> Names(SafeFileHandle directory)
    {
        const int LengthOffset = 16;
        const int NameOffset = 19;
        var names = new List<byte[]>();
        var buffer = new byte[32 * 1024];
        while (true)
        {
            nint length;
            fixed (byte* b = buffer) length = Check(Kernel.Call(SYS_getdents64, Number(directory), (nint)b, buffer.Length), "getdents64", null);
            if (length == 0) return names;
            for (var at = 0; at < length; at += BinaryPrimitives.ReadUInt16LittleEndian(buffer.AsSpan(at + LengthOffset)))
            {
                var name = buffer.AsSpan(at + NameOffset);
                name = name[..(name.IndexOf((byte)0) + 1)];
                if (!name.SequenceEqual(".\0"u8) && !name.SequenceEqual("..\0"u8)) names.Add(name.ToArray());
            }
        }
    }

    private static SafeFileHandle OpenAt(SafeFileHandle directory, byte* name, int flags, string text) =>
        Kernel.Handle(Kernel.Call(SYS_openat, Number(directory), (nint)name, flags | O_CLOEXEC, 0x180 /* 0600 */), "open", text);

    private static nint Number(SafeFileHandle handle) => handle.DangerousGetHandle();

    private static nint Check(nint result, string syscall, string? name) => Kernel.Check(result, syscall, name?.TrimEnd('\0'));
}
