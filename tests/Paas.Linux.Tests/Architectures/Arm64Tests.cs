using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Paas.Linux.Architectures;
using Paas.Linux.Tests.Layout;
using Paas.Testing;
using Xunit;
using static Paas.Linux.Native;

namespace Paas.Linux.Tests.Architectures;

/// <summary>What this program says of arm64, from a machine that need not be one: its numbers against the kernel's headers, its machine code under qemu.</summary>
public sealed partial class Arm64Tests
{
    private const string Qemu = "/usr/bin/qemu-aarch64";
    private const string Headers = """
        #include <asm/unistd.h>
        #include <asm/fcntl.h>
        #include <asm/signal.h>
        #include <asm/ioctls.h>
        #include <asm/poll.h>
        #include <asm/mman.h>
        #include <asm/errno.h>
        #include <linux/audit.h>
        #include <linux/sched.h>
        #include <linux/seccomp.h>
        #include <linux/stat.h>

        """;

    [Fact]
    public void Its_numbers_are_those_of_the_headers()
    {
        var assertions = Constants("Arm64Native.cs").Select(constant =>
            $"_Static_assert({constant.Name.Replace("SYS_", "__NR_", StringComparison.Ordinal)} == {constant.Value}, \"{constant.Name}\");\n");
        CompilerCheck.Accept(Headers + string.Concat(assertions), "-nostdinc", "-I/usr/aarch64-linux-gnu/include");
    }

    [Fact]
    public void What_is_not_in_its_file_is_the_same_there()
    {
        var own = Constants("Arm64Native.cs").Select(constant => constant.Name).ToHashSet();
        var shared = typeof(Native).GetFields(BindingFlags.Public | BindingFlags.Static).Concat(typeof(Errno).GetFields(BindingFlags.Public | BindingFlags.Static))
            .Where(field => field.IsLiteral && !own.Contains(field.Name));
        // Those that the kernel's headers alone, without a C library's, define as macros.
        var assertions = shared.Select(field =>
            $"#ifdef {field.Name}\n_Static_assert((unsigned)({field.Name}) == (unsigned){Convert.ToInt64(field.GetRawConstantValue(), CultureInfo.InvariantCulture)}LL, \"{field.Name}\");\n#endif\n").ToList();
        Assert.True(assertions.Count > 250, $"only {assertions.Count} constants");
        CompilerCheck.Accept(Headers + string.Concat(assertions), "-nostdinc", "-I/usr/aarch64-linux-gnu/include");
    }

    [Fact]
    public void Both_architectures_have_the_same_names() =>
        Assert.Equal(Constants("X64Native.cs").Select(constant => constant.Name).Order(), Constants("Arm64Native.cs").Select(constant => constant.Name).Order());

    [Fact]
    public void Its_system_call_passes_all_arguments_and_returns_the_result()
    {
        if (!File.Exists(Qemu)) return;
        // copies 5 bytes of a text to standard output, then exits with what write(2) returned.
        var run = Run(code => code.Call(SYS("write"), 1, code.Text("hello"), 5), code => code.CallWithLastResult(SYS("exit_group")));
        Assert.Equal((5, "hello"), (run.ExitCode, run.Stdout));
        // prlimit64 has four arguments that matter, mmap six: an offset that is no multiple of a page is refused (EINVAL, 22).
        run = Run(code => code.Call(SYS("mmap"), 0, 4096, 1, 0x22, -1, 1), code => code.CallWithLastResult(SYS("exit_group")));
        Assert.Equal(256 - Errno.EINVAL, run.ExitCode);
    }

    [Fact]
    public void Its_signal_handler_sends_the_signal_on()
    {
        if (!File.Exists(Qemu)) return;
        var run = Run(
            code => code.Call(SYS("getpid")), code => code.CallWithLastResult(SYS("pidfd_open")), code => code.Branch(Arm64Machine.SignalForwarder(3), SIGTERM),
            code => code.Call(SYS("exit_group"), 1));
        Assert.Equal(128 + SIGTERM, run.ExitCode);
    }

    [Fact]
    public void Its_other_signal_handler_writes_the_signal()
    {
        if (!File.Exists(Qemu)) return;
        var run = Run(code => code.Branch(Arm64Machine.SignalWriter(1), 'x'), code => code.Call(SYS("exit_group"), 3));
        Assert.Equal((3, "x"), (run.ExitCode, run.Stdout));
    }

    private static long SYS(string name) => Constants("Arm64Native.cs").First(constant => constant.Name == "SYS_" + name).Value;

    private static List<(string Name, long Value)> Constants(string file) =>
    [
        .. Constant().Matches(File.ReadAllText(Path.Combine(Repository.Root, "src/Paas.Linux/Architectures", file))).Select(match =>
            (match.Groups[1].Value, match.Groups[2].Value.StartsWith("0x", StringComparison.Ordinal)
                ? long.Parse(match.Groups[2].Value[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture)
                : long.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture))),
    ];

    private static (int ExitCode, string Stdout) Run(params Action<Arm64Program>[] steps)
    {
        var program = new Arm64Program(Arm64Machine.SystemCall);
        foreach (var step in steps) step(program);
        using var directory = new TemporaryDirectory();
        var path = directory.Combine("program");
        File.WriteAllBytes(path, program.ToElf());
        File.SetUnixFileMode(path, (UnixFileMode)0x1ED);
        // The shell turns a death by signal into an exit code, and closes the descriptor that the next one to be opened is to have.
        var result = new Command("/bin/sh", "-c", $"{Qemu} {path} 3>&-; exit $?").RunAsync().GetAwaiter().GetResult();
        return (result.ExitCode, result.Stdout);
    }

    [GeneratedRegex(@"public const int (\w+) = (\w+);")]
    private static partial Regex Constant();
}
