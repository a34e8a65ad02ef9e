using Paas.Linux.Seccomp;
using Xunit;
using static Paas.Linux.Native;

namespace Paas.Linux.Tests.Seccomp;

/// <summary>Compiled filters, run by a small interpreter of the BPF they use and compared with the policy read as it stands.</summary>
public sealed class SeccompCompilerTests
{
    private const uint Allow = SECCOMP_RET_ALLOW;
    private const uint Errno1 = SECCOMP_RET_ERRNO | 1;
    private const uint Foreign = SECCOMP_RET_KILL_PROCESS;

    [Fact]
    public void Every_number_gets_the_action_of_its_rule_or_the_default()
    {
        var rules = Enumerable.Range(0, 400).Where(number => number % 3 != 1)
            .Select(number => new SeccompRule(number, number % 2 == 0 ? Allow : SECCOMP_RET_LOG, [])).ToList();
        var filter = SeccompCompiler.Compile(new SeccompPolicy(Errno1, Foreign, rules));
        for (uint number = 0; number < 1000; number++)
        {
            var expected = rules.Find(rule => rule.Syscall == number)?.Action ?? Errno1;
            Assert.Equal(expected, Run(filter, number, []));
        }
    }

    [Fact]
    public void Another_architectures_calls_get_the_foreign_action()
    {
        var filter = SeccompCompiler.Compile(new SeccompPolicy(Allow, Foreign, []));
        Assert.Equal(Foreign, Run(filter, 1, [], AUDIT_ARCH_I386));
        Assert.Equal(Foreign, Run(filter, 0x40000001, []));
        Assert.Equal(Allow, Run(filter, 0x3FFFFFFF, []));
    }

    public static TheoryData<ArgumentComparison, ulong> Comparisons()
    {
        var data = new TheoryData<ArgumentComparison, ulong>();
        foreach (var comparison in Enum.GetValues<ArgumentComparison>())
        {
            foreach (var value in (ulong[])[0, 1, 0xFFFF_FFFF, 0x1_0000_0000, 0x1_0000_0001, ulong.MaxValue]) data.Add(comparison, value);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Comparisons))]
    public void Comparisons_are_of_64_bits_without_a_sign(ArgumentComparison comparison, ulong value)
    {
        const ulong Mask = 0x1_0000_00FF;
        var condition = comparison == ArgumentComparison.MaskedEqual
            ? new ArgumentCondition(3, comparison, value & Mask, Mask)
            : new ArgumentCondition(3, comparison, value);
        var filter = SeccompCompiler.Compile(new SeccompPolicy(Errno1, Foreign, [new SeccompRule(7, Allow, [condition])]));
        foreach (var argument in (ulong[])[0, 1, 2, 0xFFFF_FFFE, 0xFFFF_FFFF, 0x1_0000_0000, 0x1_0000_0001, 0x2_0000_0000, ulong.MaxValue])
        {
            var holds = comparison switch
            {
                ArgumentComparison.NotEqual => argument != value,
                ArgumentComparison.Less => argument < value,
                ArgumentComparison.LessOrEqual => argument <= value,
                ArgumentComparison.Equal => argument == value,
                ArgumentComparison.GreaterOrEqual => argument >= value,
                ArgumentComparison.Greater => argument > value,
                _ => (argument & Mask) == (value & Mask),
            };
            Assert.Equal(holds ? Allow : Errno1, Run(filter, 7, [0, 0, 0, argument, 0, 0]));
        }
    }

    [Fact]
    public void All_conditions_must_hold_and_the_first_rule_that_does_decides()
    {
        var filter = SeccompCompiler.Compile(new SeccompPolicy(Errno1, Foreign,
        [
            new SeccompRule(9, Allow, [new(0, ArgumentComparison.Equal, 1), new(1, ArgumentComparison.Equal, 2)]),
            new SeccompRule(9, SECCOMP_RET_TRAP, [new(0, ArgumentComparison.Equal, 1)]),
            new SeccompRule(9, SECCOMP_RET_LOG, []),
        ]));
        Assert.Equal(Allow, Run(filter, 9, [1, 2, 0, 0, 0, 0]));
        Assert.Equal((uint)SECCOMP_RET_TRAP, Run(filter, 9, [1, 3, 0, 0, 0, 0]));
        Assert.Equal((uint)SECCOMP_RET_LOG, Run(filter, 9, [2, 2, 0, 0, 0, 0]));
        Assert.Equal(Errno1, Run(filter, 8, [1, 2, 0, 0, 0, 0]));
    }

    [Fact]
    public void Jumps_longer_than_a_byte_reach_their_targets()
    {
        var rules = Enumerable.Range(0, 300)
            .Select(number => new SeccompRule(number, SECCOMP_RET_ERRNO | (uint)number, [new(0, ArgumentComparison.GreaterOrEqual, 5)])).ToList();
        var filter = SeccompCompiler.Compile(new SeccompPolicy(Allow, Foreign, rules));
        Assert.True(filter.Length > 1500);
        for (uint number = 0; number < 310; number++)
        {
            Assert.Equal(number < 300 ? SECCOMP_RET_ERRNO | number : Allow, Run(filter, number, [5, 0, 0, 0, 0, 0]));
            Assert.Equal(Allow, Run(filter, number, [4, 0, 0, 0, 0, 0]));
        }
    }

    [Fact]
    public void A_filter_too_long_for_the_kernel_is_refused()
    {
        var rules = Enumerable.Range(0, 1000).Select(number => new SeccompRule(number, Allow, [new(0, ArgumentComparison.Less, 5)])).ToList();
        Assert.Throws<ArgumentException>(() => SeccompCompiler.Compile(new SeccompPolicy(Errno1, Foreign, rules)));
    }

    private static uint Run(sock_filter[] filter, uint number, ulong[] arguments, uint architecture = AUDIT_ARCH_X86_64)
    {
        var data = new byte[64];
        BitConverter.TryWriteBytes(data.AsSpan(0), number);
        BitConverter.TryWriteBytes(data.AsSpan(4), architecture);
        for (var i = 0; i < arguments.Length; i++) BitConverter.TryWriteBytes(data.AsSpan(16 + (8 * i)), arguments[i]);
        uint accumulator = 0;
        for (var at = 0; ; at++)
        {
            var instruction = filter[at];
            switch (instruction.code)
            {
                case BPF_LD | BPF_W | BPF_ABS:
                    accumulator = BitConverter.ToUInt32(data, (int)instruction.k);
                    break;
                case BPF_ALU | BPF_AND | BPF_K:
                    accumulator &= instruction.k;
                    break;
                case BPF_JMP | BPF_JA:
                    at += (int)instruction.k;
                    break;
                case BPF_JMP | BPF_JEQ | BPF_K:
                    at += accumulator == instruction.k ? instruction.jt : instruction.jf;
                    break;
                case BPF_JMP | BPF_JGT | BPF_K:
                    at += accumulator > instruction.k ? instruction.jt : instruction.jf;
                    break;
                case BPF_JMP | BPF_JGE | BPF_K:
                    at += accumulator >= instruction.k ? instruction.jt : instruction.jf;
                    break;
                case BPF_RET | BPF_K:
                    return instruction.k;
                default:
                    throw new InvalidOperationException($"unexpected instruction {instruction.code:x}");
            }
        }
    }
}
