using static Paas.Linux.Native;

namespace Paas.Linux;

/// <summary>Limits of a process (getrlimit(2)). Values are numbers or bytes or seconds by kind; all ones for no limit.</summary>
public static unsafe class ResourceLimits
{
    /// <summary>The kind behind a name such as <c>RLIMIT_NOFILE</c>, or -1.</summary>
    public static int Find(string name) => name switch
    {
        "RLIMIT_CPU" => RLIMIT_CPU,
        "RLIMIT_FSIZE" => RLIMIT_FSIZE,
        "RLIMIT_DATA" => RLIMIT_DATA,
        "RLIMIT_STACK" => RLIMIT_STACK,
        "RLIMIT_CORE" => RLIMIT_CORE,
        "RLIMIT_RSS" => RLIMIT_RSS,
        "RLIMIT_NPROC" => RLIMIT_NPROC,
        "RLIMIT_NOFILE" => RLIMIT_NOFILE,
        "RLIMIT_MEMLOCK" => RLIMIT_MEMLOCK,
        "RLIMIT_AS" => RLIMIT_AS,
        "RLIMIT_LOCKS" => RLIMIT_LOCKS,
        "RLIMIT_SIGPENDING" => RLIMIT_SIGPENDING,
        "RLIMIT_MSGQUEUE" => RLIMIT_MSGQUEUE,
        "RLIMIT_NICE" => RLIMIT_NICE,
        "RLIMIT_RTPRIO" => RLIMIT_RTPRIO,
        "RLIMIT_RTTIME" => RLIMIT_RTTIME,
        _ => -1,
    };

    /// <summary>A limit of this process.</summary>
    public static rlimit64 Get(int kind)
    {
        rlimit64 limit;
        Kernel.Check(Kernel.Call(SYS_prlimit64, 0, kind, 0, (nint)(&limit)), "prlimit");
        return limit;
    }

    /// <summary>Sets a limit of this process; false when that needs CAP_SYS_RESOURCE and it is missing.</summary>
    public static bool TrySet(int kind, rlimit64 limit)
    {
        var result = Kernel.Call(SYS_prlimit64, 0, kind, (nint)(&limit));
        if (result == -Errno.EPERM) return false;
        Kernel.Check(result, "prlimit");
        return true;
    }
}
