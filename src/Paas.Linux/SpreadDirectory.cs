using static Paas.Linux.Native;

namespace Paas.Linux;

/// <summary>
/// A directory below which whole trees come and go. ext4 puts a tree near its parent and does not take an inode again for minutes
/// after it was freed: each file of a new tree then passes over all files of the trees that went before, and thousands of small
/// files cost seconds. A directory marked as the top of a hierarchy (chattr +T) has each of its trees put elsewhere.
/// </summary>
public static unsafe class SpreadDirectory
{
    /// <summary>Makes the directory where there is none, and marks it where its filesystem knows the mark.</summary>
    /// <param name="path">Absolute; those above it are made too.</param>
    /// <param name="mode">Of directories that are made; null leaves it to the process's mask.</param>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static void Create(string path, UnixFileMode? mode = null)
    {
        if (mode is { } given) Directory.CreateDirectory(path, given);
        else Directory.CreateDirectory(path);
        using var directory = Files.Open(path, O_RDONLY | O_DIRECTORY);
        // The kernel reads and writes an int here, whatever the number of the request says.
        var flags = 0;
        if (Kernel.Call(SYS_ioctl, directory.DangerousGetHandle(), unchecked((nint)FS_IOC_GETFLAGS), (nint)(&flags)) < 0 || (flags & FS_TOPDIR_FL) != 0) return;
        flags |= FS_TOPDIR_FL;
        // Refused by filesystems that have no such mark, and for those who do not own the directory: it is then slower.
        Kernel.Call(SYS_ioctl, directory.DangerousGetHandle(), unchecked((nint)FS_IOC_SETFLAGS), (nint)(&flags));
    }
}
