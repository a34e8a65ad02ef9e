using Paas.Linux;
using Paas.Linux.Seccomp;
using Paas.Oci.Runtime;
using static Paas.Linux.Native;

namespace Paas.Runtime.Containers;

/// <summary>The words of a seccomp profile and what they are to the kernel. Error texts are runc's.</summary>
internal static class SeccompWords
{
    public const string Notify = "SCMP_ACT_NOTIFY";

    /// <summary>Words of the specification for architectures. Those of other families are accepted, and without effect.</summary>
    public static ReadOnlySpan<string> Architectures => Known;

    /// <summary>Flags a profile may have.</summary>
    public static ReadOnlySpan<string> KnownFlags => FlagNames;

    /// <summary>Those that any filter may have; the last one says something only together with an agent.</summary>
    public static ReadOnlySpan<string> SupportedFlags => FlagNames.AsSpan(0, FlagNames.Length - 1);

    private static readonly string[] Known =
    [
        "SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM", "SCMP_ARCH_LOONGARCH64", "SCMP_ARCH_M68K", "SCMP_ARCH_MIPS", "SCMP_ARCH_MIPS64", "SCMP_ARCH_MIPS64N32",
        "SCMP_ARCH_MIPSEL", "SCMP_ARCH_MIPSEL64", "SCMP_ARCH_MIPSEL64N32", "SCMP_ARCH_PARISC", "SCMP_ARCH_PARISC64", "SCMP_ARCH_PPC", "SCMP_ARCH_PPC64",
        "SCMP_ARCH_PPC64LE", "SCMP_ARCH_RISCV64", "SCMP_ARCH_S390", "SCMP_ARCH_S390X", "SCMP_ARCH_SH", "SCMP_ARCH_SHEB", "SCMP_ARCH_X32", "SCMP_ARCH_X86",
        "SCMP_ARCH_X86_64",
    ];

    private static readonly string[] FlagNames =
    [
        "SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_SPEC_ALLOW", "SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV",
    ];

    /// <summary>ABIs to which the rules apply; the native one always.</summary>
    public static SyscallAbis Abis(IReadOnlyList<string>? architectures)
    {
        var abis = SyscallAbis.Native;
        foreach (var word in architectures ?? [])
        {
            var abi = SyscallTable.Current.Abi(word);
            if (abi == SyscallAbis.None && !Known.Contains(word)) throw new RuntimeException($"seccomp: string {word} is not a valid arch for seccomp");
            abis |= abi;
        }

        return abis;
    }

    /// <summary>SECCOMP_RET_* with its data.</summary>
    public static uint Action(string action, uint? errno) => action switch
    {
        "SCMP_ACT_ALLOW" => SECCOMP_RET_ALLOW,
        "SCMP_ACT_ERRNO" => SECCOMP_RET_ERRNO | ((errno ?? Errno.EPERM) & SECCOMP_RET_DATA),
        "SCMP_ACT_KILL" or "SCMP_ACT_KILL_THREAD" => SECCOMP_RET_KILL_THREAD,
        "SCMP_ACT_KILL_PROCESS" => SECCOMP_RET_KILL_PROCESS,
        "SCMP_ACT_TRAP" => SECCOMP_RET_TRAP,
        "SCMP_ACT_TRACE" => SECCOMP_RET_TRACE | ((errno ?? Errno.EPERM) & SECCOMP_RET_DATA),
        "SCMP_ACT_LOG" => SECCOMP_RET_LOG,
        Notify => SECCOMP_RET_USER_NOTIF,
        _ => throw new RuntimeException($"seccomp: string {action} is not a valid action for seccomp"),
    };

    /// <summary>SECCOMP_FILTER_FLAG_*. Without any list of flags the mitigation of speculative store bypass stays off, as in runc.</summary>
    public static int Flags(IReadOnlyList<string>? names, bool notifies)
    {
        if (names is null) return SECCOMP_FILTER_FLAG_SPEC_ALLOW;
        var flags = 0;
        foreach (var name in names)
        {
            flags |= name switch
            {
                "SECCOMP_FILTER_FLAG_TSYNC" => 0, // The process has one thread.
                "SECCOMP_FILTER_FLAG_LOG" => SECCOMP_FILTER_FLAG_LOG,
                "SECCOMP_FILTER_FLAG_SPEC_ALLOW" => SECCOMP_FILTER_FLAG_SPEC_ALLOW,
                // The kernel takes it only with a listener.
                "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV" => notifies ? SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV : 0,
                _ => throw new RuntimeException($"seccomp flag {name} is not known"),
            };
        }

        return flags;
    }

    /// <summary>A comparison. Its index must be checked already.</summary>
    public static ArgumentCondition Condition(SeccompArgument argument)
    {
        var comparison = argument.Op switch
        {
            "SCMP_CMP_NE" => ArgumentComparison.NotEqual,
            "SCMP_CMP_LT" => ArgumentComparison.Less,
            "SCMP_CMP_LE" => ArgumentComparison.LessOrEqual,
            "SCMP_CMP_EQ" => ArgumentComparison.Equal,
            "SCMP_CMP_GE" => ArgumentComparison.GreaterOrEqual,
            "SCMP_CMP_GT" => ArgumentComparison.Greater,
            "SCMP_CMP_MASKED_EQ" => ArgumentComparison.MaskedEqual,
            var word => throw new RuntimeException($"seccomp: string {word} is not a valid operator for seccomp"),
        };
        // Of a masked comparison the value is the mask (libseccomp's datum_a), the second value what must be left.
        return comparison == ArgumentComparison.MaskedEqual
            ? new ArgumentCondition((int)argument.Index, comparison, argument.ValueTwo ?? 0, argument.Value)
            : new ArgumentCondition((int)argument.Index, comparison, argument.Value);
    }
}
