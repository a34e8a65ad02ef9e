namespace Paas.Linux.Seccomp;

/// <summary>What decides on the numbers from one on, up to the next range's first.</summary>
/// <param name="First">The first number.</param>
/// <param name="Action">SECCOMP_RET_*, when there are no rules with conditions.</param>
/// <param name="Conditional">Rules about the one number, in the order in which they are tried.</param>
internal readonly record struct SyscallRange(uint First, uint Action, List<SeccompRule>? Conditional);

/// <summary>Lays out a policy's rules for one ABI as ranges of numbers. Neighbours that share an action are one range.</summary>
internal sealed class SyscallRanges
{
    private readonly SeccompPolicy _policy;
    private readonly SyscallAbis _abi;
    private readonly uint _bit;
    private readonly List<ulong> _keys;
    private readonly List<SeccompRule> _rules;
    private readonly List<SyscallRange> _ranges;
    private uint _newest;

    private SyscallRanges(SeccompPolicy policy, SyscallAbis abi, uint bit)
    {
        (_policy, _abi, _bit) = (policy, abi, bit);
        _keys = new List<ulong>(policy.Rules.Count);
        _rules = new List<SeccompRule>(policy.Rules.Count);
        _ranges = [new SyscallRange(0, policy.DefaultAction, null)];
    }

    /// <param name="policy">The policy.</param>
    /// <param name="abi">The ABI.</param>
    /// <param name="bit">Set in each of its numbers.</param>
    public static List<SyscallRange> Of(SeccompPolicy policy, SyscallAbis abi, uint bit)
    {
        var ranges = new SyscallRanges(policy, abi, bit);
        ranges.Collect();
        ranges.Build();
        return ranges._ranges;
    }

    private void Collect()
    {
        foreach (var rule in _policy.Rules)
        {
            if (rule.Call.In(_abi) is not SyscallTable.None and var number)
            {
                // Rules that change nothing are left out, but they name their call too.
                _newest = Math.Max(_newest, (uint)number);
                Add((uint)number, rule);
            }

            if (_abi == SyscallAbis.Compat && rule.Call.Multiplexer != SyscallTable.None) Add((uint)rule.Call.Multiplexer, Multiplexed(rule));
        }
    }

    // The key orders by number, and rules about one number as they came.
    private void Add(uint number, SeccompRule rule)
    {
        if (rule.Action == _policy.DefaultAction) return;
        _keys.Add(((ulong)(number | _bit) << 32) | (uint)_keys.Count);
        _rules.Add(rule.Conditions.Count == 0 ? rule : rule with { Conditions = Effective(rule.Conditions) });
    }

    // What is compared: bits under the mask, and of those the ones the ABI passes. Nothing to compare is no condition.
    private List<ArgumentCondition> Effective(IReadOnlyList<ArgumentCondition> conditions)
    {
        var passed = _abi == SyscallAbis.Native ? ulong.MaxValue : uint.MaxValue;
        var effective = new List<ArgumentCondition>(conditions.Count);
        foreach (var condition in conditions)
        {
            var mask = condition.Mask & passed;
            if (mask != 0) effective.Add(condition with { Value = condition.Value & mask, Mask = mask });
        }

        return effective;
    }

    // The call's own arguments are in memory there, out of a filter's sight.
    private static SeccompRule Multiplexed(SeccompRule rule) => rule with
    {
        Conditions =
        [
            new ArgumentCondition(0, ArgumentComparison.Equal, (uint)rule.Call.Subcall),
            .. rule.Conditions.Where(condition => condition.Index != 0),
        ],
    };

    private void Build()
    {
        var (keys, rules) = (_keys.ToArray(), _rules.ToArray());
        Array.Sort(keys, rules);
        uint next = 0;
        for (var i = 0; i < keys.Length;)
        {
            var number = (uint)(keys[i] >> 32);
            var end = i + 1;
            while (end < keys.Length && (uint)(keys[end] >> 32) == number) end++;
            if (number > next) Append(new SyscallRange(next, _policy.DefaultAction, null));
            Append(Decided(number, rules.AsSpan(i, end - i)));
            (next, i) = (number + 1, end);
        }

        Append(new SyscallRange(next, _policy.DefaultAction, null));
        if (_policy.NewerAction is { } newer && _newest > 0) Append(new SyscallRange((_newest | _bit) + 1, newer, null));
    }

    private static SyscallRange Decided(uint number, ReadOnlySpan<SeccompRule> rules)
    {
        foreach (var rule in rules)
        {
            if (rule.Conditions.Count == 0) return new SyscallRange(number, rule.Action, null);
        }

        var conditional = new List<SeccompRule>(rules.Length);
        conditional.AddRange(rules);
        SeccompPrecedence.Sort(conditional);
        return new SyscallRange(number, 0, conditional);
    }

    private void Append(SyscallRange range)
    {
        if (_ranges[^1].First == range.First) _ranges.RemoveAt(_ranges.Count - 1);
        var joins = _ranges.Count > 0 && _ranges[^1] is { Conditional: null } last && range.Conditional is null && last.Action == range.Action;
        if (!joins) _ranges.Add(range);
    }
}
