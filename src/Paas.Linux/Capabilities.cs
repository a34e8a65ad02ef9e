using static Paas.Linux.Native;

namespace Paas.Linux;

/// <summary>Capabilities (capabilities(7)) by name, and sets of them as bits.</summary>
public static unsafe class Capabilities
{
    /// <summary>Number of the newest capability known here.</summary>
    public const int Last = 40;

    private static readonly string[] Known =
    [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_SETGID", "CAP_SETUID", "CAP_SETPCAP",
        "CAP_LINUX_IMMUTABLE", "CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST", "CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_IPC_LOCK", "CAP_IPC_OWNER",
        "CAP_SYS_MODULE", "CAP_SYS_RAWIO", "CAP_SYS_CHROOT", "CAP_SYS_PTRACE", "CAP_SYS_PACCT", "CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_NICE",
        "CAP_SYS_RESOURCE", "CAP_SYS_TIME", "CAP_SYS_TTY_CONFIG", "CAP_MKNOD", "CAP_LEASE", "CAP_AUDIT_WRITE", "CAP_AUDIT_CONTROL", "CAP_SETFCAP",
        "CAP_MAC_OVERRIDE", "CAP_MAC_ADMIN", "CAP_SYSLOG", "CAP_WAKE_ALARM", "CAP_BLOCK_SUSPEND", "CAP_AUDIT_READ", "CAP_PERFMON", "CAP_BPF",
        "CAP_CHECKPOINT_RESTORE",
    ];

    /// <summary>Their names; a name's place is the capability's number.</summary>
    public static IReadOnlyList<string> Names => Known;

    /// <summary>The number of a name such as <c>CAP_CHOWN</c>, or -1.</summary>
    public static int Find(string name)
    {
        for (var number = 0; number < Known.Length; number++)
        {
            if (Known[number] == name) return number;
        }

        return -1;
    }

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
