using Paas.Linux.Architectures;
using Paas.Linux.Seccomp;
using Xunit;
using static Paas.Linux.Native;

namespace Paas.Linux.Tests.Seccomp;

/// <summary>Compiled filters, run by a small interpreter of the BPF they use and compared with the policy read as it stands.</summary>
public sealed class SeccompCompilerTests
{
    private const uint Allow = SECCOMP_RET_ALLOW;
    private const uint Errno1 = SECCOMP_RET_ERRNO | 1;
    private const uint Newer = SECCOMP_RET_ERRNO | Errno.ENOSYS;
    private const uint Foreign = SECCOMP_RET_KILL_PROCESS;
    private const uint X32 = __X32_SYSCALL_BIT;

    [Fact]
    public void Every_number_gets_the_action_of_its_rule_or_the_default()
    {
        var rules = Enumerable.Range(0, 400).Where(number => number % 3 != 1)
            .Select(number => Rule(number, number % 2 == 0 ? Allow : SECCOMP_RET_LOG)).ToList();
        var filter = Compile(Errno1, rules);
        for (uint number = 0; number < 1000; number++)
        {
            var expected = number < 400 && number % 3 != 1 ? number % 2 == 0 ? Allow : SECCOMP_RET_LOG : Errno1;
            Assert.Equal(expected, Run(filter, number));
        }
    }

    [Fact]
    public void Another_architectures_calls_get_the_foreign_action()
    {
        var filter = Compile(Allow, []);
        Assert.Equal(Foreign, FilterMachine.Run(filter, AUDIT_ARCH_I386, 1));
        Assert.Equal(Foreign, Run(filter, 0x40000001));
        Assert.Equal(Allow, Run(filter, 0x3FFFFFFF));
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
        var filter = Compile(Errno1, [Rule(7, Allow, condition)]);
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
    public void All_conditions_must_hold()
    {
        var filter = Compile(Errno1, [Rule(9, Allow, new(0, ArgumentComparison.Equal, 1), new(1, ArgumentComparison.Equal, 2))]);
        Assert.Equal((Allow, Errno1, Errno1), (Run(filter, 9, 1, 2), Run(filter, 9, 1, 3), Run(filter, 9, 2, 2)));
        Assert.Equal(Errno1, Run(filter, 8, 1, 2));
    }

    [Fact]
    public void A_rule_without_conditions_puts_the_others_aside()
    {
        var conditional = Rule(9, SECCOMP_RET_TRAP, new ArgumentCondition(0, ArgumentComparison.Equal, 1));
        var filter = Compile(Errno1, [conditional, Rule(9, Allow), Rule(9, SECCOMP_RET_LOG)]);
        Assert.Equal((Allow, Allow), (Run(filter, 9, 1), Run(filter, 9, 2)));
    }

    [Fact]
    public void Rules_that_contradict_each_other_are_refused()
    {
        var condition = new ArgumentCondition(0, ArgumentComparison.Equal, 1);
        Assert.Throws<ArgumentException>(() => Compile(Errno1, [Rule(9, Allow, condition), Rule(9, SECCOMP_RET_LOG, condition)]));
    }

    [Fact]
    public void Jumps_longer_than_a_byte_reach_their_targets()
    {
        var rules = Enumerable.Range(0, 300)
            .Select(number => Rule(number, SECCOMP_RET_ERRNO | (uint)number, new ArgumentCondition(0, ArgumentComparison.GreaterOrEqual, 5))).ToList();
        var filter = Compile(Allow, rules);
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
        var rules = Enumerable.Range(0, 1000).Select(number => Rule(number, Allow, new ArgumentCondition(0, ArgumentComparison.Less, 5))).ToList();
        Assert.Throws<ArgumentException>(() => Compile(Errno1, rules));
    }

    [Fact]
    public void Numbers_above_all_that_are_named_get_an_action_of_their_own()
    {
        // The second rule changes nothing, but names its call.
        var rules = new[] { Rule(7, Allow), Rule(9, Errno1) };
        var filter = Compile(Errno1, rules, newer: Newer);
        Assert.Equal((Errno1, Allow, Errno1, Errno1, Newer, Newer), (Run(filter, 6), Run(filter, 7), Run(filter, 8), Run(filter, 9), Run(filter, 10), Run(filter, 0x3FFFFFFF)));
        Assert.Equal(Errno1, Run(Compile(Errno1, [], newer: Newer), 10));
    }

    [Fact]
    public void Each_ABI_has_its_own_numbers()
    {
        var rule = new SeccompRule(new SyscallNumbers(100, 200, 300, 102, 5), Allow, []);
        var filter = SeccompCompiler.Compile(Policy(Errno1, [rule], SyscallAbis.Native | SyscallAbis.Compat | SyscallAbis.X32), new X64SyscallTable());
        Assert.Equal((Allow, Errno1), (Run(filter, 100), Run(filter, 200)));
        Assert.Equal((Allow, Errno1), (FilterMachine.Run(filter, AUDIT_ARCH_I386, 200), FilterMachine.Run(filter, AUDIT_ARCH_I386, 100)));
        Assert.Equal((Allow, Errno1), (Run(filter, X32 | 300), Run(filter, X32 | 100)));
        // Its other way in: a call that says by its first argument what it is.
        Assert.Equal((Allow, Errno1), (FilterMachine.Run(filter, AUDIT_ARCH_I386, 102, 5), FilterMachine.Run(filter, AUDIT_ARCH_I386, 102, 6)));
        Assert.Equal(Foreign, FilterMachine.Run(filter, AUDIT_ARCH_AARCH64, 100));
    }

    [Fact]
    public void A_tracer_may_skip_a_call() => Assert.Equal(Allow, Run(Compile(Allow, [Rule(7, Errno1)]), uint.MaxValue));

    [Fact]
    public void Only_half_of_an_argument_counts_where_the_ABI_has_no_more()
    {
        var rule = new SeccompRule(new SyscallNumbers(1, 1, 1, -1, 0), Allow, [new(0, ArgumentComparison.Equal, ulong.MaxValue)]);
        var filter = SeccompCompiler.Compile(Policy(Errno1, [rule], SyscallAbis.Native | SyscallAbis.Compat), new X64SyscallTable());
        Assert.Equal((Allow, Errno1), (FilterMachine.Run(filter, AUDIT_ARCH_I386, 1, 0xFFFF_FFFF), Run(filter, 1, 0xFFFF_FFFF)));
    }

    private static SeccompRule Rule(int number, uint action, params ArgumentCondition[] conditions) =>
        new(new SyscallNumbers(number, -1, -1, -1, 0), action, conditions);

    private static SeccompPolicy Policy(uint defaultAction, IReadOnlyList<SeccompRule> rules, SyscallAbis abis = SyscallAbis.Native, uint? newer = null) =>
        new() { DefaultAction = defaultAction, ForeignAction = Foreign, Abis = abis, Rules = rules, NewerAction = newer };

    private static sock_filter[] Compile(uint defaultAction, IReadOnlyList<SeccompRule> rules, uint? newer = null) =>
        SeccompCompiler.Compile(Policy(defaultAction, rules, newer: newer), new X64SyscallTable());

    private static uint Run(sock_filter[] filter, uint number, params ReadOnlySpan<ulong> arguments) =>
        FilterMachine.Run(filter, AUDIT_ARCH_X86_64, number, arguments);
}
