namespace Paas.Linux.Seccomp;

/// <summary>How an argument is compared, unsigned and with 64 bits.</summary>
public enum ArgumentComparison
{
    NotEqual,
    Less,
    LessOrEqual,
    Equal,
    GreaterOrEqual,
    Greater,

    /// <summary>Equal after masking.</summary>
    MaskedEqual,
}

/// <summary>A condition on one argument.</summary>
/// <param name="Index">0 to 5.</param>
/// <param name="Comparison">How.</param>
/// <param name="Value">With what.</param>
/// <param name="Mask">For <see cref="ArgumentComparison.MaskedEqual"/>.</param>
public readonly record struct ArgumentCondition(int Index, ArgumentComparison Comparison, ulong Value, ulong Mask = ulong.MaxValue);

/// <summary>What to return for a system call when all conditions hold.</summary>
/// <param name="Syscall">Number.</param>
/// <param name="Action">SECCOMP_RET_* with its data.</param>
/// <param name="Conditions">None means always.</param>
public sealed record SeccompRule(int Syscall, uint Action, IReadOnlyList<ArgumentCondition> Conditions);

/// <summary>A filter of system calls. For one call the first rule whose conditions hold decides; one without conditions comes last.</summary>
/// <param name="DefaultAction">SECCOMP_RET_* for calls that no rule decides.</param>
/// <param name="ForeignAction">For calls of another architecture's ABI (32-bit, x32), whose numbers mean other calls.</param>
/// <param name="Rules">In any order of system calls.</param>
public sealed record SeccompPolicy(uint DefaultAction, uint ForeignAction, IReadOnlyList<SeccompRule> Rules);
