using Paas.Linux;
using Paas.Linux.Seccomp;
using Paas.Oci.Runtime;
using Paas.Runtime.CommandLine;
using static Paas.Linux.Native;

namespace Paas.Runtime.Containers;

/// <summary>A bundle's seccomp profile (config-linux.md, Seccomp), compiled. Where the specification is silent it does what runc does.</summary>
/// <param name="Code">For the kernel.</param>
/// <param name="Flags">SECCOMP_FILTER_FLAG_*.</param>
/// <param name="Agent">Who decides on calls with SCMP_ACT_NOTIFY; null when there are none.</param>
internal sealed record SeccompFilter(sock_filter[] Code, int Flags, SeccompAgent? Agent)
{
    private const int Arguments = 6;

    /// <summary>Null where the bundle has no profile, or an empty one.</summary>
    /// <exception cref="RuntimeException">The profile is not what the specification says.</exception>
    public static SeccompFilter? From(SeccompConfig? config)
    {
        if (config is null or { DefaultAction: "", Syscalls: null or [] }) return null;
        var defaultAction = SeccompWords.Action(config.DefaultAction, config.DefaultErrnoRet);
        var rules = new List<Linux.Seccomp.SeccompRule>();
        foreach (var rule in config.Syscalls ?? []) Add(rules, rule);
        var notifies = Notifies(config);
        var policy = new SeccompPolicy
        {
            DefaultAction = defaultAction,
            Abis = SeccompWords.Abis(config.Architectures),
            ForeignAction = SECCOMP_RET_KILL_PROCESS,
            NewerAction = NewerAction(defaultAction),
            Rules = rules,
        };
        try
        {
            var flags = SeccompWords.Flags(config.Flags, notifies) | (notifies ? SECCOMP_FILTER_FLAG_NEW_LISTENER : 0);
            Log.Debug($"seccomp filter flags: {flags}");
            return new SeccompFilter(SeccompCompiler.Compile(policy, SyscallTable.Current), flags, notifies ? SeccompAgent.From(config) : null);
        }
        catch (ArgumentException e)
        {
            throw new RuntimeException($"seccomp: {e.Message}", e);
        }
    }

    // A program that tries a call its kernel may not have yet expects ENOSYS and falls back; EPERM or death would break it.
    private static uint? NewerAction(uint defaultAction) =>
        (int)(defaultAction & ~SECCOMP_RET_DATA) is SECCOMP_RET_ALLOW or SECCOMP_RET_LOG or SECCOMP_RET_TRACE ? null : SECCOMP_RET_ERRNO | Errno.ENOSYS;

    // The process tells where its notify descriptor is with write(2), when the filter is in force already.
    private static bool Notifies(SeccompConfig config)
    {
        if (config.DefaultAction == SeccompWords.Notify) throw new RuntimeException("seccomp: SCMP_ACT_NOTIFY cannot be used as default action");
        var notifies = false;
        foreach (var rule in config.Syscalls ?? [])
        {
            if (rule.Action != SeccompWords.Notify) continue;
            notifies = true;
            if (rule.Names.Contains("write")) throw new RuntimeException("seccomp: SCMP_ACT_NOTIFY cannot be used for the write syscall");
        }

        return notifies;
    }

    private static void Add(List<Linux.Seccomp.SeccompRule> rules, Oci.Runtime.SeccompRule rule)
    {
        var action = SeccompWords.Action(rule.Action, rule.ErrnoRet);
        var alternatives = Alternatives(rule.Args);
        foreach (var name in rule.Names)
        {
            if (name.Length == 0) throw new RuntimeException("seccomp: empty string is not a valid syscall");
            // A call that this machine does not have cannot be made.
            var call = SyscallTable.Current.Find(name);
            foreach (var conditions in alternatives) rules.Add(new Linux.Seccomp.SeccompRule(call, action, conditions));
        }
    }

    // Comparisons of different arguments must all hold. Several of the same argument are alternatives, as in runc: then each is a rule.
    private static IReadOnlyList<IReadOnlyList<ArgumentCondition>> Alternatives(IReadOnlyList<SeccompArgument>? arguments)
    {
        if (arguments is null or []) return [[]];
        var conditions = new List<ArgumentCondition>(arguments.Count);
        var (seen, repeated) = (0, false);
        foreach (var argument in arguments)
        {
            if (argument.Index >= Arguments) throw new RuntimeException($"seccomp: a system call has no argument {argument.Index}");
            repeated |= (seen & (1 << (int)argument.Index)) != 0;
            seen |= 1 << (int)argument.Index;
            var condition = SeccompWords.Condition(argument);
            // Nothing is compared under an empty mask.
            if (condition.Mask != 0) conditions.Add(condition);
            else if (repeated) return [[]];
        }

        if (!repeated)
        {
            conditions.Sort((x, y) => x.Index - y.Index);
            return [conditions];
        }

        return conditions.Count < arguments.Count ? [[]] : [.. conditions.Select(condition => (IReadOnlyList<ArgumentCondition>)[condition])];
    }
}
