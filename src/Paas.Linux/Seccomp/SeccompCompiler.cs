using System.Runtime.InteropServices;
using static Paas.Linux.Native;

namespace Paas.Linux.Seccomp;

/// <summary>Compiles a policy into the classic BPF that seccomp(2) takes: a binary search over system call numbers.</summary>
public static class SeccompCompiler
{
    // Offsets in struct seccomp_data (linux/seccomp.h).
    private const int NumberOffset = 0;
    private const int ArchitectureOffset = 4;
    private const int ArgumentsOffset = 16;

    // x32 calls carry the architecture of x86-64 and this bit in their number.
    private const uint X32Bit = 0x40000000;

    /// <exception cref="ArgumentException">The filter would be longer than the kernel's 4096 instructions.</exception>
    public static sock_filter[] Compile(SeccompPolicy policy)
    {
        var code = new FilterAssembler();
        code.Load(ArchitectureOffset);
        var native = code.NewLabel();
        code.JumpIf(BPF_JEQ, AUDIT_ARCH_X86_64, native, null);
        code.Return(policy.ForeignAction);
        code.Mark(native);
        code.Load(NumberOffset);
        var plain = code.NewLabel();
        var foreign = code.NewLabel();
        code.JumpIf(BPF_JGE, X32Bit, foreign, plain);
        code.Mark(foreign);
        code.Return(policy.ForeignAction);
        code.Mark(plain);
        Search(code, Ranges(policy), policy.DefaultAction);
        return code.Assemble();
    }

    // Runs of neighbouring numbers that share one unconditional action; a call with conditions is a run of its own.
    private readonly record struct Range(uint First, uint Action, IReadOnlyList<SeccompRule>? Conditional);

    private static List<Range> Ranges(SeccompPolicy policy)
    {
        var ranges = new List<Range> { new(0, policy.DefaultAction, null) };
        uint next = 0;
        foreach (var (number, rules) in BySyscall(policy.Rules))
        {
            if (number > next) Append(ranges, new Range(next, policy.DefaultAction, null));
            var conditional = rules.TrueForAll(rule => rule.Conditions.Count == 0) ? null : rules;
            Append(ranges, new Range(number, conditional is null ? rules[0].Action : 0, conditional));
            next = number + 1;
        }

        Append(ranges, new Range(next, policy.DefaultAction, null));
        return ranges;
    }

    private static void Append(List<Range> ranges, Range range)
    {
        var last = ranges[^1];
        if (last.First == range.First) ranges.RemoveAt(ranges.Count - 1);
        else if (last.Conditional is null && range.Conditional is null && last.Action == range.Action) return;
        ranges.Add(range);
    }

    private static SortedList<uint, List<SeccompRule>> BySyscall(IReadOnlyList<SeccompRule> rules)
    {
        var sorted = new SortedList<uint, List<SeccompRule>>(rules.Count);
        foreach (var rule in rules)
        {
            if (!sorted.TryGetValue((uint)rule.Syscall, out var list)) sorted.Add((uint)rule.Syscall, list = []);
            list.Add(rule);
        }

        return sorted;
    }

    private static void Search(FilterAssembler code, List<Range> ranges, uint defaultAction)
    {
        Search(ranges, 0, ranges.Count);

        void Search(List<Range> all, int from, int to)
        {
            if (to - from == 1)
            {
                Leaf(code, all[from], defaultAction);
                return;
            }

            var middle = (from + to) / 2;
            var upper = code.NewLabel();
            var lower = code.NewLabel();
            code.JumpIf(BPF_JGE, all[middle].First, upper, lower);
            code.Mark(lower);
            Search(all, from, middle);
            code.Mark(upper);
            Search(all, middle, to);
        }
    }

    private static void Leaf(FilterAssembler code, Range range, uint defaultAction)
    {
        if (range.Conditional is null)
        {
            code.Return(range.Action);
            return;
        }

        uint? always = null;
        foreach (var rule in range.Conditional)
        {
            if (rule.Conditions.Count == 0)
            {
                always ??= rule.Action;
                continue;
            }

            var otherwise = code.NewLabel();
            foreach (var condition in rule.Conditions) Test(code, condition, otherwise);
            code.Return(rule.Action);
            code.Mark(otherwise);
        }

        code.Return(always ?? defaultAction);
    }

    // Falls through when the condition holds. BPF compares 32 bits, so the halves are compared one after the other.
    private static void Test(FilterAssembler code, ArgumentCondition condition, int otherwise)
    {
        var low = ArgumentsOffset + (8 * condition.Index);
        var high = low + 4;
        var (valueHigh, valueLow) = ((uint)(condition.Value >> 32), (uint)condition.Value);
        var holds = code.NewLabel();
        switch (condition.Comparison)
        {
            case ArgumentComparison.Equal:
            case ArgumentComparison.MaskedEqual:
                code.Load(high, (uint)(condition.Mask >> 32));
                code.JumpIf(BPF_JEQ, valueHigh, null, otherwise);
                code.Load(low, (uint)condition.Mask);
                code.JumpIf(BPF_JEQ, valueLow, null, otherwise);
                break;
            case ArgumentComparison.NotEqual:
                code.Load(high);
                code.JumpIf(BPF_JEQ, valueHigh, null, holds);
                code.Load(low);
                code.JumpIf(BPF_JEQ, valueLow, otherwise, null);
                break;
            default:
                var greater = condition.Comparison is ArgumentComparison.Greater or ArgumentComparison.GreaterOrEqual;
                code.Load(high);
                code.JumpIf(BPF_JGT, valueHigh, greater ? holds : otherwise, null);
                code.JumpIf(BPF_JEQ, valueHigh, null, greater ? otherwise : holds);
                code.Load(low);
                // "Less" is not "greater or equal", "less or equal" is not "greater".
                var test = condition.Comparison is ArgumentComparison.Greater or ArgumentComparison.LessOrEqual ? BPF_JGT : BPF_JGE;
                code.JumpIf(test, valueLow, greater ? null : otherwise, greater ? otherwise : null);
                break;
        }

        code.Mark(holds);
    }

    /// <summary>The filter's bytes as the kernel reads them.</summary>
    public static ReadOnlySpan<byte> Bytes(sock_filter[] filter) => MemoryMarshal.AsBytes(filter.AsSpan());
}
