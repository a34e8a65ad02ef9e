namespace Paas.Linux;

/// <content>Opening, locking and naming files (fcntl.h, sys/stat.h, linux/openat2.h).</content>
public static partial class Native
{
    public const int O_RDONLY = 0;
    public const int O_WRONLY = 1;
    public const int O_RDWR = 2;
    public const int O_CREAT = 0x40;
    public const int O_EXCL = 0x80;
    public const int O_NOCTTY = 0x100;
    public const int O_TRUNC = 0x200;
    public const int O_APPEND = 0x400;
    public const int O_NONBLOCK = 0x800;
    public const int O_CLOEXEC = 0x80000;
    public const int O_PATH = 0x200000;
    public const int AT_FDCWD = -100;

    /// <summary>linux/fs.h, where <c>long</c> has 64 bits.</summary>
    public const uint FS_IOC_GETFLAGS = 0x80086601;
    public const uint FS_IOC_SETFLAGS = 0x40086602;
    public const int FS_TOPDIR_FL = 0x20000;
    public const int AT_EMPTY_PATH = 0x1000;
    public const int AT_EACCESS = 0x200;
    public const int AT_SYMLINK_NOFOLLOW = 0x100;
    public const int AT_RECURSIVE = 0x8000;
    public const int AT_REMOVEDIR = 0x200;
    public const int AT_NO_AUTOMOUNT = 0x800;
    public const int RESOLVE_NO_XDEV = 1;
    public const int RESOLVE_NO_MAGICLINKS = 2;
    public const int RESOLVE_NO_SYMLINKS = 4;
    public const int RESOLVE_BENEATH = 8;
    public const int RESOLVE_IN_ROOT = 0x10;
    public const int S_IFMT = 0xf000;
    public const int S_IFREG = 0x8000;
    public const int S_IFDIR = 0x4000;
    public const int S_IFCHR = 0x2000;
    public const int S_IFBLK = 0x6000;
    public const int S_IFIFO = 0x1000;
    public const int S_IFLNK = 0xa000;
    public const int S_IFSOCK = 0xc000;
    public const int STATX_BASIC_STATS = 0x7ff;
    public const int STATX_MNT_ID = 0x1000;
    public const int LOCK_SH = 1;
    public const int LOCK_EX = 2;
    public const int LOCK_NB = 4;
    public const int SYNC_FILE_RANGE_WRITE = 2;
    public const int LOCK_UN = 8;
    public const int SEEK_SET = 0;
    public const int MFD_CLOEXEC = 1;
    public const int MFD_ALLOW_SEALING = 2;
    public const int F_ADD_SEALS = 1033;
    public const int F_SEAL_SEAL = 1;
    public const int F_SEAL_SHRINK = 2;
    public const int F_SEAL_GROW = 4;
    public const int F_SEAL_WRITE = 8;
    public const int F_SETFL = 4;
    public const int F_GETFL = 3;
    public const int F_SETFD = 2;
    public const int F_GETFD = 1;
    public const int F_DUPFD_CLOEXEC = 1030;
    public const int FD_CLOEXEC = 1;
    public const int CLOSE_RANGE_CLOEXEC = 4;
    public const int XATTR_CREATE = 1;
    public const int XATTR_REPLACE = 2;
    public const int CGROUP2_SUPER_MAGIC = 0x63677270;
    public const int CGROUP_SUPER_MAGIC = 0x27e0eb;
    public const int OVERLAYFS_SUPER_MAGIC = 0x794c7630;
    public const int TMPFS_MAGIC = 0x1021994;
    public const int PROC_SUPER_MAGIC = 0x9fa0;
}
