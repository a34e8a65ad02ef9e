namespace Paas.Linux;

/// <summary>What statx(2) says about a file.</summary>
/// <param name="Mode">Type and permission bits (S_IFMT and below).</param>
/// <param name="Uid">Owner.</param>
/// <param name="Gid">Group.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Links">Hard links.</param>
/// <param name="Device">Device the file lives on: with <paramref name="Inode"/> its identity.</param>
/// <param name="Inode">Inode number.</param>
/// <param name="DeviceMajor">Major number, of a device node.</param>
/// <param name="DeviceMinor">Minor number, of a device node.</param>
/// <param name="ModifiedSeconds">Modification time, seconds since 1970.</param>
/// <param name="ModifiedNanoseconds">Nanoseconds within that second.</param>
public readonly record struct FileStatus(
    uint Mode,
    uint Uid,
    uint Gid,
    long Size,
    uint Links,
    ulong Device,
    ulong Inode,
    uint DeviceMajor,
    uint DeviceMinor,
    long ModifiedSeconds,
    uint ModifiedNanoseconds)
{
    public bool IsDirectory => (Mode & Native.S_IFMT) == Native.S_IFDIR;

    public bool IsRegular => (Mode & Native.S_IFMT) == Native.S_IFREG;

    public bool IsSymbolicLink => (Mode & Native.S_IFMT) == Native.S_IFLNK;

    public bool IsCharacterDevice => (Mode & Native.S_IFMT) == Native.S_IFCHR;

    public bool IsBlockDevice => (Mode & Native.S_IFMT) == Native.S_IFBLK;

    public bool IsFifo => (Mode & Native.S_IFMT) == Native.S_IFIFO;

    public bool IsSocket => (Mode & Native.S_IFMT) == Native.S_IFSOCK;

    /// <summary>The twelve permission bits, set-id and sticky included.</summary>
    public uint Permissions => Mode & 0xFFF;

    /// <summary>True of overlayfs's mark for a deleted file: a character device 0:0.</summary>
    public bool IsWhiteout => IsCharacterDevice && DeviceMajor == 0 && DeviceMinor == 0;
}
