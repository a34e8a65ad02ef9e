using static Paas.Linux.Native;

namespace Paas.Linux;

/// <summary>Capabilities (capabilities(7)) by name, and sets of them as bits.</summary>
public static unsafe class Capabilities
{
    /// <summary>Number of the newest capability known here.</summary>
    public const int Last = 40;

    /// <summary>The number of a name such as <c>CAP_CHOWN</c>, or -1.</summary>
    public static int Find(string name) => name switch
    {
        "CAP_CHOWN" => 0,
        "CAP_DAC_OVERRIDE" => 1,
        "CAP_DAC_READ_SEARCH" => 2,
        "CAP_FOWNER" => 3,
        "CAP_FSETID" => 4,
        "CAP_KILL" => 5,
        "CAP_SETGID" => 6,
        "CAP_SETUID" => 7,
        "CAP_SETPCAP" => 8,
        "CAP_LINUX_IMMUTABLE" => 9,
        "CAP_NET_BIND_SERVICE" => 10,
        "CAP_NET_BROADCAST" => 11,
        "CAP_NET_ADMIN" => 12,
        "CAP_NET_RAW" => 13,
        "CAP_IPC_LOCK" => 14,
        "CAP_IPC_OWNER" => 15,
        "CAP_SYS_MODULE" => 16,
        "CAP_SYS_RAWIO" => 17,
        "CAP_SYS_CHROOT" => 18,
        "CAP_SYS_PTRACE" => 19,
        "CAP_SYS_PACCT" => 20,
        "CAP_SYS_ADMIN" => 21,
        "CAP_SYS_BOOT" => 22,
        "CAP_SYS_NICE" => 23,
        "CAP_SYS_RESOURCE" => 24,
        "CAP_SYS_TIME" => 25,
        "CAP_SYS_TTY_CONFIG" => 26,
        "CAP_MKNOD" => 27,
        "CAP_LEASE" => 28,
        "CAP_AUDIT_WRITE" => 29,
        "CAP_AUDIT_CONTROL" => 30,
        "CAP_SETFCAP" => 31,
        "CAP_MAC_OVERRIDE" => 32,
        "CAP_MAC_ADMIN" => 33,
        "CAP_SYSLOG" => 34,
        "CAP_WAKE_ALARM" => 35,
        "CAP_BLOCK_SUSPEND" => 36,
        "CAP_AUDIT_READ" => 37,
        "CAP_PERFMON" => 38,
        "CAP_BPF" => 39,
        "CAP_CHECKPOINT_RESTORE" => 40,
        _ => -1,
    };

    /// <summary>The set of names; unknown ones (of a newer kernel) are left out.</summary>
    public static ulong Parse(IReadOnlyList<string>? names)
    {
        var set = 0UL;
        foreach (var name in names ?? [])
        {
            var number = Find(name);
            if (number >= 0) set |= 1UL << number;
        }

        return set;
    }

    /// <summary>The calling thread's permitted set.</summary>
    public static ulong Permitted()
    {
        var header = new __user_cap_header_struct { version = _LINUX_CAPABILITY_VERSION_3 };
        var data = stackalloc __user_cap_data_struct[2];
        Kernel.Check(Kernel.Call(SYS_capget, (nint)(&header), (nint)data), "capget");
        return data[0].permitted | ((ulong)data[1].permitted << 32);
    }
}
