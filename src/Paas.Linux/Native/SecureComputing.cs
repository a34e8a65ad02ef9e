namespace Paas.Linux;

/// <content>Seccomp filters and the BPF they are written in (linux/seccomp.h, linux/filter.h, linux/audit.h, asm/unistd.h).</content>
public static partial class Native
{
    public const int SECCOMP_SET_MODE_FILTER = 1;
    public const int SECCOMP_GET_ACTION_AVAIL = 2;
    public const int SECCOMP_FILTER_FLAG_TSYNC = 1;
    public const int SECCOMP_FILTER_FLAG_LOG = 2;
    public const int SECCOMP_FILTER_FLAG_SPEC_ALLOW = 4;
    public const int SECCOMP_FILTER_FLAG_NEW_LISTENER = 8;
    public const int SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV = 0x20;
    public const uint SECCOMP_RET_KILL_PROCESS = 0x80000000;
    public const int SECCOMP_RET_KILL_THREAD = 0;
    public const int SECCOMP_RET_TRAP = 0x30000;
    public const int SECCOMP_RET_ERRNO = 0x50000;
    public const int SECCOMP_RET_USER_NOTIF = 0x7fc00000;
    public const int SECCOMP_RET_TRACE = 0x7ff00000;
    public const int SECCOMP_RET_LOG = 0x7ffc0000;
    public const int SECCOMP_RET_ALLOW = 0x7fff0000;
    public const int SECCOMP_RET_DATA = 0xffff;
    public const uint AUDIT_ARCH_X86_64 = 0xc000003e;
    public const int AUDIT_ARCH_I386 = 0x40000003;
    public const uint AUDIT_ARCH_AARCH64 = 0xc00000b7;
    public const int AUDIT_ARCH_ARM = 0x40000028;
    public const int __X32_SYSCALL_BIT = 0x40000000;
    public const int BPF_LD = 0;
    public const int BPF_W = 0;
    public const int BPF_ABS = 0x20;
    public const int BPF_ALU = 4;
    public const int BPF_AND = 0x50;
    public const int BPF_JMP = 5;
    public const int BPF_JA = 0;
    public const int BPF_JEQ = 0x10;
    public const int BPF_JGT = 0x20;
    public const int BPF_JGE = 0x30;
    public const int BPF_K = 0;
    public const int BPF_RET = 6;
    public const int BPF_MAXINSNS = 0x1000;
}
