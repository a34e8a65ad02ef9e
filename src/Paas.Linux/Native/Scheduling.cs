using System.Runtime.InteropServices;

namespace Paas.Linux;

/// <content>Scheduling (linux/sched.h, linux/sched/types.h, linux/ioprio.h, linux/personality.h).</content>
public static partial class Native
{
    public const int SCHED_OTHER = 0;
    public const int SCHED_FIFO = 1;
    public const int SCHED_RR = 2;
    public const int SCHED_BATCH = 3;
    public const int SCHED_ISO = 4;
    public const int SCHED_IDLE = 5;
    public const int SCHED_DEADLINE = 6;
    public const int SCHED_FLAG_RESET_ON_FORK = 1;
    public const int SCHED_FLAG_RECLAIM = 2;
    public const int SCHED_FLAG_DL_OVERRUN = 4;
    public const int SCHED_FLAG_KEEP_POLICY = 8;
    public const int SCHED_FLAG_KEEP_PARAMS = 0x10;
    public const int SCHED_FLAG_UTIL_CLAMP_MIN = 0x20;
    public const int SCHED_FLAG_UTIL_CLAMP_MAX = 0x40;
    public const int IOPRIO_WHO_PROCESS = 1;
    public const int IOPRIO_CLASS_RT = 1;
    public const int IOPRIO_CLASS_BE = 2;
    public const int IOPRIO_CLASS_IDLE = 3;
    public const int PER_LINUX = 0;
    public const int PER_LINUX32 = 8;
    public const int KEYCTL_JOIN_SESSION_KEYRING = 1;

    /// <summary>linux/sched/types.h</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct sched_attr
    {
        public uint size;
        public uint sched_policy;
        public ulong sched_flags;
        public int sched_nice;
        public uint sched_priority;
        public ulong sched_runtime;
        public ulong sched_deadline;
        public ulong sched_period;
        public uint sched_util_min;
        public uint sched_util_max;
    }
}
