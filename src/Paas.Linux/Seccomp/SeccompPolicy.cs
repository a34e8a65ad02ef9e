namespace Paas.Linux.Seccomp;

/// <summary>How an argument is compared, without sign; with 64 bits where the ABI passes so many, else the lower 32.</summary>
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
/// <param name="Call">The call, in every ABI.</param>
/// <param name="Action">SECCOMP_RET_* with its data.</param>
/// <param name="Conditions">Of different arguments; none means always.</param>
public readonly record struct SeccompRule(SyscallNumbers Call, uint Action, IReadOnlyList<ArgumentCondition> Conditions);

/// <summary>
/// A filter of system calls. What decides where several rules are about one call is what libseccomp makes of them, since profiles are
/// written for it: <see cref="SeccompPrecedence"/>.
/// </summary>
public sealed record SeccompPolicy
{
    /// <summary>SECCOMP_RET_* for calls that no rule decides. Rules that return the same are left out, whatever their conditions.</summary>
    public required uint DefaultAction { get; init; }

    /// <summary>ABIs the rules are about; the native one always is.</summary>
    public required SyscallAbis Abis { get; init; }

    /// <summary>For calls through any other ABI, whose numbers mean other calls.</summary>
    public required uint ForeignAction { get; init; }

    /// <summary>
    /// For calls with a number above all that the rules name, which are newer than whoever wrote the rules; null treats them as any other.
    /// </summary>
    public uint? NewerAction { get; init; }

    public required IReadOnlyList<SeccompRule> Rules { get; init; }
}
