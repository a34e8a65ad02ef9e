namespace Paas.Linux;

/// <content>eBPF programs that decide on devices (linux/bpf.h).</content>
public static partial class Native
{
    public const int BPF_PROG_LOAD = 5;
    public const int BPF_PROG_ATTACH = 8;
    public const int BPF_PROG_DETACH = 9;
    public const int BPF_PROG_GET_FD_BY_ID = 13;
    public const int BPF_PROG_QUERY = 16;
    public const int BPF_PROG_TYPE_CGROUP_DEVICE = 0xf;
    public const int BPF_CGROUP_DEVICE = 6;
    public const int BPF_F_ALLOW_MULTI = 2;
    public const int BPF_F_REPLACE = 4;
    public const int BPF_DEVCG_ACC_MKNOD = 1;
    public const int BPF_DEVCG_ACC_READ = 2;
    public const int BPF_DEVCG_ACC_WRITE = 4;
    public const int BPF_DEVCG_DEV_BLOCK = 1;
    public const int BPF_DEVCG_DEV_CHAR = 2;
    public const int BPF_ALU64 = 7;
    public const int BPF_MOV = 0xb0;
    public const int BPF_LDX = 1;
    public const int BPF_MEM = 0x60;
    public const int BPF_JNE = 0x50;
    public const int BPF_EXIT = 0x90;
    public const int BPF_X = 8;
    public const int BPF_RSH = 0x70;
}
