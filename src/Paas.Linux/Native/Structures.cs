using System.Runtime.InteropServices;

namespace Paas.Linux;

/// <content>Structures, laid out as C lays them out; names and fields are C's.</content>
public static partial class Native
{
    /// <summary>linux/openat2.h</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct open_how
    {
        public ulong flags;
        public ulong mode;
        public ulong resolve;
    }

    /// <summary>linux/mount.h</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct mount_attr
    {
        public ulong attr_set;
        public ulong attr_clr;
        public ulong propagation;
        public ulong userns_fd;
    }

    /// <summary>linux/sched.h</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct clone_args
    {
        public ulong flags;
        public ulong pidfd;
        public ulong child_tid;
        public ulong parent_tid;
        public ulong exit_signal;
        public ulong stack;
        public ulong stack_size;
        public ulong tls;
        public ulong set_tid;
        public ulong set_tid_size;
        public ulong cgroup;
    }

    /// <summary>sys/resource.h</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct rlimit64
    {
        public ulong rlim_cur;
        public ulong rlim_max;
    }

    /// <summary>linux/stat.h</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct statx_timestamp
    {
        public long tv_sec;
        public uint tv_nsec;
        public int __reserved;
    }

    /// <summary>linux/stat.h</summary>
    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct statx
    {
        public uint stx_mask;
        public uint stx_blksize;
        public ulong stx_attributes;
        public uint stx_nlink;
        public uint stx_uid;
        public uint stx_gid;
        public ushort stx_mode;
        private readonly ushort __spare0;
        public ulong stx_ino;
        public ulong stx_size;
        public ulong stx_blocks;
        public ulong stx_attributes_mask;
        public statx_timestamp stx_atime;
        public statx_timestamp stx_btime;
        public statx_timestamp stx_ctime;
        public statx_timestamp stx_mtime;
        public uint stx_rdev_major;
        public uint stx_rdev_minor;
        public uint stx_dev_major;
        public uint stx_dev_minor;
        public ulong stx_mnt_id;
        private fixed ulong __spare[13];
    }

    /// <summary>sys/statfs.h; padded to its whole size.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 120)]
    public unsafe struct statfs
    {
        public long f_type;
        public long f_bsize;
        private fixed long __counts[8];
        public long f_flags;
    }

    /// <summary>time.h</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct timespec
    {
        public long tv_sec;
        public long tv_nsec;
    }

    /// <summary>poll.h</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct pollfd
    {
        public int fd;
        public short events;
        public short revents;
    }

    /// <summary>linux/capability.h</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct __user_cap_header_struct
    {
        public uint version;
        public int pid;
    }

    /// <summary>linux/capability.h; two of them make 64 bits.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct __user_cap_data_struct
    {
        public uint effective;
        public uint permitted;
        public uint inheritable;
    }

    /// <summary>linux/filter.h: one instruction of a seccomp filter.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct sock_filter
    {
        public ushort code;
        public byte jt;
        public byte jf;
        public uint k;
    }

    /// <summary>linux/filter.h</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct sock_fprog
    {
        public ushort len;
        public nint filter;
    }

    /// <summary>The part of siginfo_t that waitid fills in (signal.h); padded to its whole size.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 128)]
    public struct siginfo_t
    {
        public int si_signo;
        public int si_errno;
        public int si_code;
        private readonly int __pad0;
        public int si_pid;
        public uint si_uid;
        public int si_status;
    }
}
