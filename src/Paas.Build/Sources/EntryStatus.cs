using System.Runtime.InteropServices;
using Paas.Linux;

namespace Paas.Build.Sources;

/// <summary>What a path is, without following a link.</summary>
internal enum FileKind
{
    Regular,
    Directory,
    SymbolicLink,

    /// <summary>A device, socket or pipe.</summary>
    Other,
}

/// <summary>The inode behind a path: what <c>statx(2)</c> tells, and .NET's file API does not.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Mode">Type and permissions, as <c>st_mode</c>.</param>
/// <param name="UserId">Owner.</param>
/// <param name="GroupId">Group.</param>
/// <param name="Inode">Number within the filesystem.</param>
/// <param name="Size">Bytes.</param>
/// <param name="ModifiedAt">Nanoseconds since the epoch; anybody who may write can set it.</param>
/// <param name="ChangedAt">Nanoseconds since the epoch; only the kernel sets it.</param>
internal readonly partial record struct EntryStatus(
    FileKind Kind, int Mode, int UserId, int GroupId, long Inode, long Size, long ModifiedAt, long ChangedAt)
{
    private const int AtFdCwd = -100;
    private const int AtSymlinkNoFollow = 0x100;
    private const uint BasicStats = 0x7ff;
    private const int TypeMask = 0xF000;

    /// <summary>The status of a path, or null where there is nothing.</summary>
    /// <exception cref="LinuxException">It cannot be looked at.</exception>
    public static unsafe EntryStatus? Of(string path)
    {
        // struct statx (linux/stat.h) is 256 bytes; the fields read here have had these offsets since it was introduced.
        Span<byte> buffer = stackalloc byte[256];
        fixed (byte* pointer = buffer)
        {
            if (Statx(AtFdCwd, path, AtSymlinkNoFollow, BasicStats, pointer) != 0)
            {
                var errno = Marshal.GetLastPInvokeError();
                return errno is Errno.ENOENT or Errno.ENOTDIR ? null : throw new LinuxException("statx", errno, path);
            }
        }

        var mode = MemoryMarshal.Read<ushort>(buffer[28..]);
        return new EntryStatus(
            (mode & TypeMask) switch
            {
                0x8000 => FileKind.Regular,
                0x4000 => FileKind.Directory,
                0xA000 => FileKind.SymbolicLink,
                _ => FileKind.Other,
            },
            mode,
            MemoryMarshal.Read<int>(buffer[20..]),
            MemoryMarshal.Read<int>(buffer[24..]),
            MemoryMarshal.Read<long>(buffer[32..]),
            MemoryMarshal.Read<long>(buffer[40..]),
            Time(buffer[112..]),
            Time(buffer[96..]));
    }

    /// <summary>For an entry of a directory that cannot be found again by the name .NET gives it.</summary>
    public static BuildException Unnameable(string path) =>
        new($"the name of {System.IO.Path.GetFileName(path)} is not UTF-8 text", "Give the file another name.");

    private static long Time(ReadOnlySpan<byte> timestamp) =>
        (MemoryMarshal.Read<long>(timestamp) * 1_000_000_000) + MemoryMarshal.Read<uint>(timestamp[8..]);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Statx(int directory, string path, int flags, uint mask, byte* buffer);
}
