using System.Text.Json.Nodes;
using Paas.Testing;
using Xunit;

namespace Paas.Runtime.FunctionalTests.Seccomp;

/// <summary>
/// Seccomp profiles as config-linux.md has them and as runc with libseccomp understands them. The call under test is dup3, whose arguments here
/// are nonsense: where it gets through, the kernel says EBADF (9), or EINVAL (22) for flags.
/// </summary>
public sealed class SeccompTests
{
    private const string X86 = "\"architectures\": [\"SCMP_ARCH_X86_64\", \"SCMP_ARCH_X86\", \"SCMP_ARCH_X32\"]";
    private const int Dup3 = 292;
    private const int Dup3On32 = 330;
    private const int KilledByFilter = 128 + 31;

    // Some kernels are built, or told, not to run 32-bit programs; what their calls get is then tested on the filter alone (SeccompCompilerTests).
    private static bool Runs32Bits { get; } = Can("32:20");

    private static bool Can(string call)
    {
        using var directory = new TemporaryDirectory();
        var program = directory.Combine("calls");
        SeccompContainer.Install(program, "calls");
        return RuntimeUnderTest.Execute(program, call).ExitCode == 0;
    }

    private static string Profile(string rules, string more = "") => $$"""{"defaultAction": "SCMP_ACT_ALLOW", {{X86}}, {{more}} "syscalls": [{{rules}}]}""";

    private static string Rule(string action, string arguments = "", string name = "dup3") =>
        $$"""{"names": ["{{name}}"], {{action}}, "args": [{{arguments}}]}""";

    private static string Errno(int errno) => $"\"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": {errno}";

    private static string Argument(int index, string op, ulong value, ulong second = 0) =>
        $$"""{"index": {{index}}, "value": {{value}}, "valueTwo": {{second}}, "op": "SCMP_CMP_{{op}}"}""";

    private static Outcome Run(string profile, params string[] calls)
    {
        using var container = new TestContainer().Calling(profile, calls);
        return container.Run();
    }

    private static string Results(string profile, params string[] calls) => Run(profile, calls).ShouldSucceed().Output.ReplaceLineEndings(" ").Trim();

    [RootTheory]
    [InlineData("\"action\": \"SCMP_ACT_ALLOW\"", "-9")]
    [InlineData("\"action\": \"SCMP_ACT_LOG\"", "-9")]
    [InlineData("\"action\": \"SCMP_ACT_ERRNO\"", "-1")]
    [InlineData("\"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 123", "-123")]
    [InlineData("\"action\": \"SCMP_ACT_TRACE\", \"errnoRet\": 7", "-38")] // Nobody traces.
    [InlineData("\"action\": \"SCMP_ACT_TRAP\"", "trap 292 1")]
    public void Each_action_does_its_own(string action, string result) =>
        Assert.Equal(result == "trap 292 1" ? "trap" : result, Results(Profile(Rule(action)), $"64:{Dup3}:1000:1001").Split(' ')[0]);

    [RootTheory]
    [InlineData("SCMP_ACT_KILL")]
    [InlineData("SCMP_ACT_KILL_THREAD")]
    [InlineData("SCMP_ACT_KILL_PROCESS")]
    public void Kill_kills(string action) =>
        Assert.Equal(KilledByFilter, Run(Profile(Rule($"\"action\": \"{action}\"")), $"64:{Dup3}:1000:1001").ExitCode);

    [RootTheory]
    [InlineData("EQ", 5, "4:0 5:1 6:0")]
    [InlineData("NE", 5, "4:1 5:0 6:1")]
    [InlineData("LT", 5, "4:1 5:0 6:0")]
    [InlineData("LE", 5, "4:1 5:1 6:0")]
    [InlineData("GT", 5, "4:0 5:0 6:1")]
    [InlineData("GE", 5, "4:0 5:1 6:1")]
    [InlineData("EQ", 0x1_0000_0005, "5:0 0x100000005:1")]
    [InlineData("GT", 0x1_0000_0005, "0xffffffff:0 0x100000005:0 0x100000006:1 0x200000000:1")]
    public void Arguments_are_compared_with_64_bits(string op, ulong value, string expected)
    {
        var pairs = expected.Split(' ').Select(pair => pair.Split(':')).ToList();
        var results = Results(Profile(Rule(Errno(50), Argument(0, op, value))), [.. pairs.Select(pair => $"64:{Dup3}:{pair[0]}:1001")]);
        Assert.Equal(string.Join(' ', pairs.Select(pair => pair[1] == "1" ? "-50" : "-9")), results);
    }

    [RootFact]
    public void A_masked_comparison_takes_the_mask_first() =>
        Assert.Equal(
            "-50 -9 -50",
            Results(Profile(Rule(Errno(50), Argument(0, "MASKED_EQ", 0xF0, 0x30))), $"64:{Dup3}:0x35:1001", $"64:{Dup3}:0x45:1001", $"64:{Dup3}:0x1030:1001"));

    [RootFact]
    public void Comparisons_of_different_arguments_must_all_hold_and_those_of_one_are_alternatives()
    {
        var all = Profile(Rule(Errno(50), $"{Argument(0, "EQ", 5)}, {Argument(1, "EQ", 6)}"));
        Assert.Equal("-50 -9 -9", Results(all, $"64:{Dup3}:5:6", $"64:{Dup3}:5:7", $"64:{Dup3}:4:6"));
        var any = Profile(Rule(Errno(50), $"{Argument(0, "EQ", 5)}, {Argument(0, "EQ", 6)}"));
        Assert.Equal("-50 -50 -9", Results(any, $"64:{Dup3}:5:1001", $"64:{Dup3}:6:1001", $"64:{Dup3}:7:1001"));
        var mixed = Profile(Rule(Errno(50), $"{Argument(0, "EQ", 5)}, {Argument(0, "EQ", 6)}, {Argument(1, "EQ", 7)}"));
        Assert.Equal("-50 -50 -9", Results(mixed, $"64:{Dup3}:5:1001", $"64:{Dup3}:3:7", $"64:{Dup3}:3:8"));
    }

    // Each with what libseccomp makes of it, whatever the order of the rules suggests.
    public static TheoryData<string, string, string> Precedences() => new()
    {
        // A rule without conditions puts those with conditions aside, and the first of two such rules stays.
        { Rule(Errno(50), Argument(0, "EQ", 5)) + "," + Rule(Errno(51)), "5:1001 6:1001", "-51 -51" },
        { Rule(Errno(51)) + "," + Rule(Errno(50), Argument(0, "EQ", 5)), "5:1001 6:1001", "-51 -51" },
        { Rule(Errno(51)) + "," + Rule(Errno(52)), "5:1001", "-51" },
        // What says the same as the default action is not there at all.
        { Rule("\"action\": \"SCMP_ACT_ALLOW\"") + "," + Rule(Errno(50)), "5:1001", "-50" },
        { Rule("\"action\": \"SCMP_ACT_ALLOW\"", Argument(0, "EQ", 5)) + "," + Rule(Errno(50), Argument(0, "GE", 4)), "5:1001", "-50" },
        // Later arguments come first, then equality, then less, then greater.
        { Rule(Errno(50), Argument(0, "EQ", 5)) + "," + Rule(Errno(51), Argument(1, "EQ", 6)), "5:6 5:7 4:6", "-51 -50 -51" },
        { Rule(Errno(50), Argument(0, "GT", 3)) + "," + Rule(Errno(51), Argument(0, "EQ", 5)), "5:1001 6:1001", "-51 -50" },
        { Rule(Errno(50), Argument(0, "EQ", 5)) + "," + Rule(Errno(51), Argument(0, "GT", 3)), "5:1001 6:1001", "-50 -51" },
        { Rule(Errno(50), Argument(0, "GE", 4)) + "," + Rule(Errno(51), Argument(0, "LE", 6)), "3:1001 5:1001 7:1001", "-51 -51 -50" },
        // A rule whose first condition holds and whose second does not leaves the call to the others.
        { Rule(Errno(50), Argument(0, "EQ", 5)) + "," + Rule(Errno(51), $"{Argument(0, "EQ", 5)}, {Argument(1, "EQ", 6)}"), "5:6 5:7", "-50 -50" },
        { Rule(Errno(50), Argument(0, "EQ", 5)) + "," + Rule(Errno(51), $"{Argument(1, "EQ", 6)}, {Argument(2, "EQ", 0)}"), "5:6:0 5:6:1 4:6:1", "-51 -50 -22" },
    };

    [RootTheory]
    [MemberData(nameof(Precedences))]
    public void Of_several_rules_for_one_call_libseccomps_decides(string rules, string calls, string results) =>
        Assert.Equal(results, Results(Profile(rules), [.. calls.Split(' ').Select(call => $"64:{Dup3}:{call}")]));

    [RootFact]
    public void Rules_that_contradict_each_other_are_refused() =>
        Assert.NotEqual(0, Run(Profile(Rule(Errno(50), Argument(0, "EQ", 5)) + "," + Rule(Errno(51), Argument(0, "EQ", 5))), $"64:{Dup3}:5:1001").ExitCode);

    [RootFact]
    public void Calls_newer_than_the_profile_get_ENOSYS_and_others_the_default()
    {
        const string Profile = $$"""
            {"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 6, {{X86}}, "syscalls": [
              {"names": ["access", "arch_prctl", "brk", "capget", "capset", "chdir", "clone", "clone3", "close", "epoll_create1", "epoll_ctl", "epoll_pwait", "eventfd2", "execve",
                "exit", "exit_group", "faccessat2", "fcntl", "fstat", "fstatfs", "futex", "getdents64", "getpid", "getppid", "getrandom", "gettid", "ioctl", "kill", "lstat",
                "madvise", "mmap", "mprotect", "munmap", "nanosleep", "newfstatat", "openat", "pipe2", "prctl", "prlimit64", "read", "readlink", "readlinkat", "rseq",
                "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sched_getaffinity", "sched_yield", "set_robust_list", "set_tid_address", "setgid", "setgroups", "setuid",
                "sigaltstack", "stat", "statfs", "tgkill", "timer_create", "timer_delete", "timer_settime", "uname", "write"], "action": "SCMP_ACT_ALLOW"},
              {"names": ["process_mrelease"], "action": "SCMP_ACT_ERRNO", "errnoRet": 77}]}
            """;
        Assert.Equal("-77 -38 -38 -38 -6 -6", Results(Profile, "64:448", "64:449", "64:470", "64:1000", $"64:{Dup3}:1000:1001", "64:447"));
    }

    [RootFact]
    public void Programs_of_32_bits_get_the_same_rules_under_their_numbers()
    {
        var rules = Profile(Rule(Errno(50), Argument(0, "EQ", 5)));
        Assert.Equal("-50", Results(rules, $"x32:{Dup3}:5:1001"));
        if (Runs32Bits) Assert.Equal("-50 -9", Results(rules, $"32:{Dup3On32}:5:1001", $"32:{Dup3On32}:6:1001"));
    }

    [RootFact]
    public void Calls_that_32_bit_programs_make_through_another_are_found_there()
    {
        if (!Runs32Bits) return;
        // socketcall(SYS_SOCKET, …) and ipc(SHMGET, …); what they do is told apart by the first argument alone.
        var profile = Profile(Rule(Errno(50), name: "socket") + "," + Rule(Errno(51), name: "shmget"));
        Assert.Equal("-50 -14 -50 -51", Results(profile, "32:102:1:0", "32:102:3:0", "32:359:1:1", "32:117:23:0"));
    }

    [RootTheory]
    [InlineData("32:20")]
    [InlineData("x32:39")]
    public void Calls_of_an_architecture_that_is_not_listed_kill(string call)
    {
        if (call.StartsWith("32", StringComparison.Ordinal) && !Runs32Bits) return;
        const string Profile = """{"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64"], "syscalls": [{"names": ["dup3"], "action": "SCMP_ACT_ERRNO"}]}""";
        Assert.Equal(KilledByFilter, Run(Profile, call).ExitCode);
    }

    [OwnRootFact]
    public void Words_of_other_machines_are_taken_and_unknown_ones_refused()
    {
        var rule = Rule(Errno(50));
        Assert.Equal("-50", Results($$"""{"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_AARCH64", "SCMP_ARCH_S390X", "SCMP_ARCH_RISCV64"], "syscalls": [{{rule}}]}""", $"64:{Dup3}:5:1001"));
        Refused(Profile(rule).Replace("SCMP_ARCH_X32", "SCMP_ARCH_VAX", StringComparison.Ordinal), "SCMP_ARCH_VAX is not a valid arch");
    }

    [RootFact]
    public void Unknown_words_are_named()
    {
        Refused(Profile(Rule("\"action\": \"SCMP_ACT_MAYBE\"")), "SCMP_ACT_MAYBE is not a valid action");
        Refused(Profile(Rule(Errno(1), Argument(0, "ALMOST", 1))), "SCMP_CMP_ALMOST is not a valid operator");
    }

    [OwnRootFact]
    public void Unknown_flags_are_named() =>
        Refused(Profile(Rule(Errno(1)), "\"flags\": [\"SECCOMP_FILTER_FLAG_X\"],"), "seccomp flag SECCOMP_FILTER_FLAG_X is not known");

    [OwnRootFact]
    public void Flags_of_the_specification_are_taken() =>
        Assert.Equal(
            "-50",
            Results(Profile(Rule(Errno(50)), "\"flags\": [\"SECCOMP_FILTER_FLAG_TSYNC\", \"SECCOMP_FILTER_FLAG_LOG\", \"SECCOMP_FILTER_FLAG_SPEC_ALLOW\"],"), $"64:{Dup3}:5:1001"));

    private static void Refused(string profile, string word)
    {
        using var container = new TestContainer().Calling(profile, $"64:{Dup3}");
        var outcome = container.Run();
        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Contains(word, outcome.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(System.IO.Path.Combine(container.Root, container.Id)));
        Assert.Empty(container.Cgroups());
    }
}
