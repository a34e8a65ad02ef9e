using Paas.Linux;
using Paas.Linux.Seccomp;
using Paas.Oci.Runtime;
using static Paas.Linux.Native;

namespace Paas.Runtime.Containers;

/// <summary>A bundle's seccomp profile, compiled.</summary>
/// <param name="Code">For the kernel.</param>
/// <param name="Flags">SECCOMP_FILTER_FLAG_*.</param>
internal sealed record SeccompFilter(sock_filter[] Code, int Flags)
{
    /// <exception cref="RuntimeException">Something in the profile this runtime does not do.</exception>
    public static SeccompFilter? From(SeccompConfig? config)
    {
        if (config is null) return null;
        if (config.ListenerPath is not null) throw new RuntimeException("seccomp: listenerPath is not supported");
        var defaultAction = Action(config.DefaultAction, config.DefaultErrnoRet);
        var rules = new List<Linux.Seccomp.SeccompRule>();
        foreach (var rule in config.Syscalls ?? []) Add(rules, rule);
        // 32-bit programs use other numbers: where a profile lists x86 they would need filters of their own. They get ENOSYS.
        var policy = new SeccompPolicy(defaultAction, ForeignAction(config), rules);
        return new SeccompFilter(SeccompCompiler.Compile(policy), ParseFlags(config.Flags));
    }

    private static uint ForeignAction(SeccompConfig config)
    {
        if (config.DefaultAction is "SCMP_ACT_ALLOW" && config.Architectures is null or []) return (uint)SECCOMP_RET_ALLOW;
        return config.Architectures?.Contains("SCMP_ARCH_X86") == true || config.Architectures?.Contains("SCMP_ARCH_X32") == true
            ? (uint)SECCOMP_RET_ERRNO | Errno.ENOSYS
            : SECCOMP_RET_KILL_PROCESS;
    }

    private static void Add(List<Linux.Seccomp.SeccompRule> rules, Oci.Runtime.SeccompRule rule)
    {
        var action = Action(rule.Action, rule.ErrnoRet);
        var conditions = (rule.Args ?? []).Select(Condition).ToList();
        // Several comparisons of one argument are alternatives, as in runc: one rule each.
        var alternatives = conditions.DistinctBy(condition => condition.Index).Count() < conditions.Count
            ? conditions.Select(condition => new List<ArgumentCondition> { condition }).ToList()
            : [conditions];
        foreach (var name in rule.Names)
        {
            // A call this kernel or architecture does not have cannot be made.
            var number = SyscallNumbers.Find(name);
            if (number < 0) continue;
            foreach (var all in alternatives) rules.Add(new Linux.Seccomp.SeccompRule(number, action, all));
        }
    }

    private static ArgumentCondition Condition(SeccompArgument argument)
    {
        if (argument.Index > 5) throw new RuntimeException($"seccomp: a system call has no argument {argument.Index}");
        var index = (int)argument.Index;
        return argument.Op switch
        {
            "SCMP_CMP_NE" => new ArgumentCondition(index, ArgumentComparison.NotEqual, argument.Value),
            "SCMP_CMP_LT" => new ArgumentCondition(index, ArgumentComparison.Less, argument.Value),
            "SCMP_CMP_LE" => new ArgumentCondition(index, ArgumentComparison.LessOrEqual, argument.Value),
            "SCMP_CMP_EQ" => new ArgumentCondition(index, ArgumentComparison.Equal, argument.Value),
            "SCMP_CMP_GE" => new ArgumentCondition(index, ArgumentComparison.GreaterOrEqual, argument.Value),
            "SCMP_CMP_GT" => new ArgumentCondition(index, ArgumentComparison.Greater, argument.Value),
            "SCMP_CMP_MASKED_EQ" => new ArgumentCondition(index, ArgumentComparison.MaskedEqual, argument.ValueTwo ?? 0, argument.Value),
            var op => throw new RuntimeException($"seccomp: unknown comparison {op}"),
        };
    }

    private static uint Action(string action, uint? errno) => action switch
    {
        "SCMP_ACT_ALLOW" => (uint)SECCOMP_RET_ALLOW,
        "SCMP_ACT_ERRNO" => (uint)SECCOMP_RET_ERRNO | ((errno ?? Errno.EPERM) & 0xFFFF),
        "SCMP_ACT_KILL" or "SCMP_ACT_KILL_THREAD" => (uint)SECCOMP_RET_KILL_THREAD,
        "SCMP_ACT_KILL_PROCESS" => SECCOMP_RET_KILL_PROCESS,
        "SCMP_ACT_TRAP" => (uint)SECCOMP_RET_TRAP,
        "SCMP_ACT_TRACE" => (uint)SECCOMP_RET_TRACE | ((errno ?? Errno.EPERM) & 0xFFFF),
        "SCMP_ACT_LOG" => (uint)SECCOMP_RET_LOG,
        _ => throw new RuntimeException($"seccomp: the action {action} is not supported"),
    };

    private static int ParseFlags(IReadOnlyList<string>? names)
    {
        var flags = 0;
        foreach (var name in names ?? [])
        {
            flags |= name switch
            {
                "SECCOMP_FILTER_FLAG_TSYNC" => 0, // The process has one thread.
                "SECCOMP_FILTER_FLAG_LOG" => SECCOMP_FILTER_FLAG_LOG,
                "SECCOMP_FILTER_FLAG_SPEC_ALLOW" => SECCOMP_FILTER_FLAG_SPEC_ALLOW,
                _ => throw new RuntimeException($"seccomp: the flag {name} is not supported"),
            };
        }

        return flags;
    }
}
