using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Paas.Linux.Architectures;
using Paas.Linux.Seccomp;
using Paas.Testing;
using Xunit;
using static Paas.Linux.Native;

namespace Paas.Linux.Tests.Seccomp;

/// <summary>
/// Profiles are written for libseccomp, so the compiler is held against it: random rules, given to both, must decide alike on random calls of
/// every ABI. (libseccomp comes with runc, which other tests need anyway.)
/// </summary>
public sealed partial class LibseccompTests
{
    private const int AlreadyThere = -17;
    private const uint BadArchitecture = 2; // SCMP_FLTATR_ACT_BADARCH
    private const uint X32Token = 0x4000003E;
    private static readonly uint[] Actions = [SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO | 1, SECCOMP_RET_ERRNO | 2, SECCOMP_RET_LOG, SECCOMP_RET_TRAP];
    private static readonly ulong[] Values = [0, 1, 2, 3, 0x10, 0xFFFF_FFFF, 0x1_0000_0000, 0x1_0000_0001, ulong.MaxValue];
    private const int SmallValues = 6;
    private static readonly string[] Names = ["read", "socket", "shmget", "clone", "personality", "ioctl", "mmap", "futex", "semop", "execve"];

    private static readonly (uint Token, SyscallAbis Abi, uint Architecture, uint Bit)[] X64 =
    [
        (AUDIT_ARCH_X86_64, SyscallAbis.Native, AUDIT_ARCH_X86_64, 0), (AUDIT_ARCH_I386, SyscallAbis.Compat, AUDIT_ARCH_I386, 0),
        (X32Token, SyscallAbis.X32, AUDIT_ARCH_X86_64, __X32_SYSCALL_BIT),
    ];

    private static readonly (uint Token, SyscallAbis Abi, uint Architecture, uint Bit)[] Arm64 =
        [(AUDIT_ARCH_AARCH64, SyscallAbis.Native, AUDIT_ARCH_AARCH64, 0), (AUDIT_ARCH_ARM, SyscallAbis.Compat, AUDIT_ARCH_ARM, 0)];

    /// <summary>struct scmp_arg_cmp</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Comparison
    {
        public uint Argument;
        public int Operator;
        public ulong First;
        public ulong Second;
    }

    private readonly record struct RandomRule(string Name, uint Action, ArgumentCondition[] Conditions)
    {
        public override string ToString() => $"{Name} {Action:x} {string.Join(" & ", Conditions)}";
    }

    [Theory]
    [InlineData("x64")]
    [InlineData("arm64")]
    public void Random_profiles_decide_as_libseccomps_do(string machine)
    {
        var (table, abis) = machine == "x64" ? ((SyscallTable)new X64SyscallTable(), X64) : (new Arm64SyscallTable(), Arm64);
        var compared = 0;
        for (var seed = 0; seed < 400; seed++)
        {
            var random = new Random(seed);
            var rules = Enumerable.Range(0, random.Next(1, 7)).Select(_ => Rule(random)).ToList();
            var defaultAction = Actions[random.Next(2)];
            if (Theirs(rules, defaultAction, abis) is not { } theirs) continue;
            compared++;
            var ours = Ours(rules, defaultAction, abis, table);
            for (var call = 0; call < 100; call++) Compare(ours, theirs, Names[random.Next(Names.Length)], table, abis, random, $"seed {seed}, default {defaultAction:x}: {string.Join("; ", rules)}");
        }

        Assert.True(compared > 250, $"only {compared} profiles compared");
    }

    private static void Compare(
        sock_filter[] ours, sock_filter[] theirs, string name, SyscallTable table, (uint Token, SyscallAbis Abi, uint Architecture, uint Bit)[] abis, Random random, string profile)
    {
        var (_, abi, architecture, bit) = abis[random.Next(abis.Length)];
        var numbers = table.Find(name);
        var number = abi == SyscallAbis.Compat && numbers.Multiplexer >= 0 && random.Next(2) == 0 ? numbers.Multiplexer : numbers.In(abi);
        if (number < 0) number = random.Next(500);
        var arguments = new ulong[6];
        for (var i = 0; i < arguments.Length; i++) arguments[i] = Values[random.Next(Values.Length)];
        var (our, their) = (FilterMachine.Run(ours, architecture, (uint)number | bit, arguments), FilterMachine.Run(theirs, architecture, (uint)number | bit, arguments));
        Assert.True(our == their, $"{profile}\n{name} ({abi}, {number}) of {string.Join(' ', arguments)}: {our:x}, libseccomp {their:x}");
    }

    private static RandomRule Rule(Random random)
    {
        // Few kinds of each, so that rules meet.
        var conditions = new List<ArgumentCondition>();
        var indices = Enumerable.Range(0, 3).Where(_ => random.Next(3) == 0).ToList();
        foreach (var index in indices)
        {
            // What libseccomp 2.5 gets wrong is left out: of several comparisons that are not for equality it may forget to load the next
            // rule's argument, and it mixes up orders of values with different upper halves.
            var comparison = indices.Count > 1 ? ArgumentComparison.Equal : (ArgumentComparison)random.Next(7);
            var mask = comparison == ArgumentComparison.MaskedEqual ? Values[random.Next(1, Values.Length)] : ulong.MaxValue;
            var ordered = comparison is ArgumentComparison.Less or ArgumentComparison.LessOrEqual or ArgumentComparison.Greater or ArgumentComparison.GreaterOrEqual;
            conditions.Add(new ArgumentCondition(index, comparison, Values[random.Next(ordered ? SmallValues : Values.Length)], mask));
        }

        return new RandomRule(Names[random.Next(3)], Actions[random.Next(Actions.Length)], [.. conditions]);
    }

    private static sock_filter[] Ours(
        List<RandomRule> rules, uint defaultAction, (uint Token, SyscallAbis Abi, uint Architecture, uint Bit)[] abis, SyscallTable table) =>
        SeccompCompiler.Compile(
            new SeccompPolicy
            {
                DefaultAction = defaultAction, ForeignAction = SECCOMP_RET_KILL_PROCESS, Abis = abis.Aggregate(SyscallAbis.None, (all, abi) => all | abi.Abi),
                Rules = [.. rules.Select(rule => new SeccompRule(table.Find(rule.Name), rule.Action, rule.Conditions))],
            },
            table);

    // Null where libseccomp, and so runc, refuses the rules.
    private static sock_filter[]? Theirs(List<RandomRule> rules, uint defaultAction, (uint Token, SyscallAbis Abi, uint Architecture, uint Bit)[] abis)
    {
        var context = Init(defaultAction);
        try
        {
            foreach (var (token, _, _, _) in abis) Assert.Contains(AddArchitecture(context, token), (int[])[0, AlreadyThere]);
            if (abis[0].Token != AUDIT_ARCH_X86_64) Assert.Equal(0, RemoveArchitecture(context, AUDIT_ARCH_X86_64));
            Assert.Equal(0, SetAttribute(context, BadArchitecture, SECCOMP_RET_KILL_PROCESS));
            foreach (var rule in rules.Where(rule => rule.Action != defaultAction))
            {
                var comparisons = rule.Conditions.Select(ToComparison).ToArray();
                var result = AddRule(context, rule.Action, Resolve(rule.Name), (uint)comparisons.Length, comparisons);
                if (result == AlreadyThere) return null;
                Assert.Equal(0, result);
            }

            return Export(context);
        }
        finally
        {
            Release(context);
        }
    }

    private static Comparison ToComparison(ArgumentCondition condition) => new()
    {
        // enum scmp_compare begins with SCMP_CMP_NE = 1 and has the order of ours.
        Argument = (uint)condition.Index, Operator = (int)condition.Comparison + 1,
        First = condition.Comparison == ArgumentComparison.MaskedEqual ? condition.Mask : condition.Value,
        Second = condition.Comparison == ArgumentComparison.MaskedEqual ? condition.Value : 0,
    };

    private static sock_filter[] Export(nint context)
    {
        using var directory = new TemporaryDirectory();
        using (var file = File.OpenHandle(directory.Combine("bpf"), FileMode.CreateNew, FileAccess.Write))
        {
            Assert.Equal(0, Export(context, file));
        }

        return MemoryMarshal.Cast<byte, sock_filter>(File.ReadAllBytes(directory.Combine("bpf"))).ToArray();
    }

    [LibraryImport("libseccomp.so.2", EntryPoint = "seccomp_init")]
    private static partial nint Init(uint defaultAction);

    [LibraryImport("libseccomp.so.2", EntryPoint = "seccomp_release")]
    private static partial void Release(nint context);

    [LibraryImport("libseccomp.so.2", EntryPoint = "seccomp_arch_add")]
    private static partial int AddArchitecture(nint context, uint token);

    [LibraryImport("libseccomp.so.2", EntryPoint = "seccomp_arch_remove")]
    private static partial int RemoveArchitecture(nint context, uint token);

    [LibraryImport("libseccomp.so.2", EntryPoint = "seccomp_attr_set")]
    private static partial int SetAttribute(nint context, uint attribute, uint value);

    [LibraryImport("libseccomp.so.2", EntryPoint = "seccomp_rule_add_array")]
    private static partial int AddRule(nint context, uint action, int syscall, uint count, [In] Comparison[] comparisons);

    [LibraryImport("libseccomp.so.2", EntryPoint = "seccomp_syscall_resolve_name", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Resolve(string name);

    [LibraryImport("libseccomp.so.2", EntryPoint = "seccomp_export_bpf")]
    private static partial int Export(nint context, SafeFileHandle file);
}
