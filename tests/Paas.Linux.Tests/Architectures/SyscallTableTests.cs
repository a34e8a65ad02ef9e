using System.Text;
using System.Text.RegularExpressions;
using Paas.Linux.Architectures;
using Paas.Linux.Seccomp;
using Paas.Linux.Tests.Layout;
using Paas.Testing;
using Xunit;

namespace Paas.Linux.Tests.Architectures;

/// <summary>The tables of system calls against the kernel's headers of their machines, which are packages of the C library's cross compilers.</summary>
public sealed partial class SyscallTableTests
{
    private const string Arm64Headers = "/usr/aarch64-linux-gnu/include";
    private const string ArmHeaders = "/usr/arm-linux-gnueabihf/include";

    // What the installed headers are too old for.
    private static readonly string[] Newest =
    [
        "cachestat", "fchmodat2", "map_shadow_stack", "futex_wake", "futex_wait", "futex_requeue", "statmount", "listmount", "lsm_get_self_attr", "lsm_set_self_attr",
        "lsm_list_modules", "mseal", "setxattrat", "getxattrat", "listxattrat", "removexattrat", "open_tree_attr", "file_getattr", "file_setattr", "uretprobe",
    ];

    [Theory]
    [InlineData("X64SyscallTable", SyscallAbis.Native, "asm/unistd_64.h", null)]
    [InlineData("X64SyscallTable", SyscallAbis.Compat, "asm/unistd_32.h", null)]
    [InlineData("X64SyscallTable", SyscallAbis.X32, "asm/unistd_x32.h", null)]
    [InlineData("Arm64SyscallTable", SyscallAbis.Native, "asm/unistd.h", Arm64Headers)]
    [InlineData("Arm64SyscallTable", SyscallAbis.Compat, "asm/unistd.h", ArmHeaders)]
    public void Numbers_are_those_of_the_headers_and_none_is_missing(string name, SyscallAbis abi, string header, string? include)
    {
        SyscallTable table = name == "X64SyscallTable" ? new X64SyscallTable() : new Arm64SyscallTable();
        var known = Calls(header, include);
        Assert.True(known.Count > 300, $"only {known.Count} calls in {header}");
        var source = File.ReadAllText(Path.Combine(Repository.Root, $"src/Paas.Linux/Architectures/{name}.cs"));
        var names = Entry().Matches(source).Select(match => match.Groups[1].Value).ToHashSet();
        Assert.Empty(known.Except(names));

        var program = new StringBuilder($"#define __X32_SYSCALL_BIT 0\n#include <{header}>\n").Append(ArmPrivate);
        foreach (var call in names)
        {
            var number = table.Find(call).In(abi);
            if (known.Contains(call)) program.Append($"_Static_assert(__NR_{call} == {number}, \"{call}\");\n");
            else if (!Newest.Contains(call)) Assert.True(number < 0, $"{call} is {number} here, and unknown to {header}");
        }

        CompilerCheck.Accept(program.ToString(), Options(include));
    }

    [Fact]
    public void Unknown_names_have_no_number() => Assert.Equal(SyscallNumbers.Unknown, new X64SyscallTable().Find("no_such_call"));

    // ARM's own calls have names of another kind.
    private const string ArmPrivate = """
        #ifdef __ARM_NR_BASE
        #define __NR_breakpoint __ARM_NR_breakpoint
        #define __NR_cacheflush __ARM_NR_cacheflush
        #define __NR_usr26 __ARM_NR_usr26
        #define __NR_usr32 __ARM_NR_usr32
        #define __NR_set_tls __ARM_NR_set_tls
        #define __NR_get_tls __ARM_NR_get_tls
        #endif

        """;

    private static string[] Options(string? include) => include switch
    {
        null => [],
        ArmHeaders => ["-nostdinc", $"-I{include}", "-D__ARM_EABI__"],
        _ => ["-nostdinc", $"-I{include}"],
    };

    private static HashSet<string> Calls(string header, string? include)
    {
        var macros = CompilerCheck.Macros($"#include <{header}>\n" + ArmPrivate, Options(include));
        var names = Macro().Matches(macros).Select(match => match.Groups[1].Value);
        return [.. names.Where(name => name is not ("syscalls" or "SYSCALL_BASE" or "SYSCALL_MASK" or "OABI_SYSCALL_BASE" or "arch_specific_syscall"))];
    }

    [GeneratedRegex("\"(\\w+)\" => On\\(")]
    private static partial Regex Entry();

    [GeneratedRegex("^#define __NR_(\\w+) ", RegexOptions.Multiline)]
    private static partial Regex Macro();
}
