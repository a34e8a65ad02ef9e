using Paas.Linux;

namespace Paas.Images.Interop;

/// <summary>The type bits of a file's mode.</summary>
internal enum FileKind
{
    Fifo = Native.S_IFIFO >> 12,
    CharacterDevice = Native.S_IFCHR >> 12,
    Directory = Native.S_IFDIR >> 12,
    BlockDevice = Native.S_IFBLK >> 12,
    File = Native.S_IFREG >> 12,
    SymbolicLink = Native.S_IFLNK >> 12,
    Socket = Native.S_IFSOCK >> 12,
}

internal static class FileStatusExtensions
{
    extension(in FileStatus status)
    {
        public FileKind Kind => (FileKind)(status.Mode >> 12);

        /// <summary>The same for two names exactly when they are hard links to one file.</summary>
        public (ulong Device, ulong Inode) Identity => (status.Device, status.Inode);
    }
}
