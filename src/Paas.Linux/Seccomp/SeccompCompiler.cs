using System.Runtime.InteropServices;
using static Paas.Linux.Native;

namespace Paas.Linux.Seccomp;

/// <summary>Compiles a policy into the classic BPF that seccomp(2) takes: for each ABI a binary search over its numbers.</summary>
public sealed class SeccompCompiler
{
    // Offsets in struct seccomp_data (linux/seccomp.h).
    private const int NumberOffset = 0;
    private const int ArchitectureOffset = 4;
    private const int ArgumentsOffset = 16;

    // A tracer that skips a call sets this number, and the filter runs once more (seccomp(2)).
    private const uint SkippedCall = uint.MaxValue;

    private readonly FilterAssembler _code = new();
    private readonly SeccompPolicy _policy;
    private readonly SyscallTable _table;

    private SeccompCompiler(SeccompPolicy policy, SyscallTable table) => (_policy, _table) = (policy, table);

    /// <summary>The filter for a machine's calls.</summary>
    /// <exception cref="ArgumentException">The filter would be longer than the kernel's 4096 instructions, or two rules contradict each other.</exception>
    public static sock_filter[] Compile(SeccompPolicy policy, SyscallTable table) => new SeccompCompiler(policy, table).Compile();

    /// <summary>The filter's bytes as the kernel reads them.</summary>
    public static ReadOnlySpan<byte> Bytes(sock_filter[] filter) => MemoryMarshal.AsBytes(filter.AsSpan());

    private sock_filter[] Compile()
    {
        var compat = _code.Return(_policy.ForeignAction);
        if (_policy.Abis.HasFlag(SyscallAbis.Compat)) compat = _code.Load(NumberOffset, uint.MaxValue, Search(SyscallAbis.Compat));
        var native = _table.X32Bit == 0 ? Search(SyscallAbis.Native) : NativeOrX32();
        native = _code.Load(NumberOffset, uint.MaxValue, native);
        var foreign = _code.Return(_policy.ForeignAction);
        if (_policy.Abis.HasFlag(SyscallAbis.Compat)) foreign = _code.JumpIf(BPF_JEQ, _table.CompatArchitecture, compat, foreign);
        _code.Load(ArchitectureOffset, uint.MaxValue, _code.JumpIf(BPF_JEQ, _table.NativeArchitecture, native, foreign));
        return _code.Assemble();
    }

    private int NativeOrX32()
    {
        var x32 = _policy.Abis.HasFlag(SyscallAbis.X32) ? Search(SyscallAbis.X32) : _code.Return(_policy.ForeignAction);
        x32 = _code.JumpIf(BPF_JEQ, SkippedCall, _code.Return(_policy.DefaultAction), x32);
        return _code.JumpIf(BPF_JGE, _table.X32Bit, x32, Search(SyscallAbis.Native));
    }

    private int Search(SyscallAbis abi)
    {
        var ranges = SyscallRanges.Of(_policy, abi, abi == SyscallAbis.X32 ? _table.X32Bit : 0);
        return Search(ranges, 0, ranges.Count, abi);
    }

    private int Search(List<SyscallRange> ranges, int from, int to, SyscallAbis abi)
    {
        if (to - from == 1) return Decide(ranges[from], abi);
        var middle = (from + to) / 2;
        var upper = Search(ranges, middle, to, abi);
        var lower = Search(ranges, from, middle, abi);
        return _code.JumpIf(BPF_JGE, ranges[middle].First, upper, lower);
    }

    private int Decide(SyscallRange range, SyscallAbis abi)
    {
        if (range.Conditional is null) return _code.Return(range.Action);
        var otherwise = _code.Return(_policy.DefaultAction);
        for (var i = range.Conditional.Count - 1; i >= 0; i--)
        {
            var rule = range.Conditional[i];
            var holds = _code.Return(rule.Action);
            for (var c = rule.Conditions.Count - 1; c >= 0; c--)
            {
                holds = abi == SyscallAbis.Native ? Test64(rule.Conditions[c], holds, otherwise) : Test32(rule.Conditions[c], holds, otherwise);
            }

            otherwise = holds;
        }

        return otherwise;
    }

    // BPF compares 32 bits, so the halves are compared one after the other.
    private int Test64(ArgumentCondition condition, int holds, int otherwise)
    {
        var high = ArgumentsOffset + (8 * condition.Index) + 4;
        var (mask, value) = ((uint)(condition.Mask >> 32), (uint)(condition.Value >> 32));
        var low = Test32(condition, holds, otherwise);
        switch (condition.Comparison)
        {
            case ArgumentComparison.Equal or ArgumentComparison.MaskedEqual:
                return mask == 0 ? low : _code.Load(high, mask, _code.JumpIf(BPF_JEQ, value, low, otherwise));
            case ArgumentComparison.NotEqual:
                return _code.Load(high, mask, _code.JumpIf(BPF_JEQ, value, low, holds));
            default:
                var greater = condition.Comparison is ArgumentComparison.Greater or ArgumentComparison.GreaterOrEqual;
                var (above, below) = greater ? (holds, otherwise) : (otherwise, holds);
                return _code.Load(high, mask, _code.JumpIf(BPF_JGT, value, above, _code.JumpIf(BPF_JEQ, value, low, below)));
        }
    }

    private int Test32(ArgumentCondition condition, int holds, int otherwise)
    {
        var (mask, value) = ((uint)condition.Mask, (uint)condition.Value);
        var jump = condition.Comparison switch
        {
            ArgumentComparison.Equal or ArgumentComparison.MaskedEqual => _code.JumpIf(BPF_JEQ, value, holds, otherwise),
            ArgumentComparison.NotEqual => _code.JumpIf(BPF_JEQ, value, otherwise, holds),
            ArgumentComparison.Greater => _code.JumpIf(BPF_JGT, value, holds, otherwise),
            ArgumentComparison.GreaterOrEqual => _code.JumpIf(BPF_JGE, value, holds, otherwise),
            ArgumentComparison.LessOrEqual => _code.JumpIf(BPF_JGT, value, otherwise, holds),
            _ => _code.JumpIf(BPF_JGE, value, otherwise, holds),
        };
        return _code.Load(ArgumentsOffset + (8 * condition.Index), mask, jump);
    }
}
