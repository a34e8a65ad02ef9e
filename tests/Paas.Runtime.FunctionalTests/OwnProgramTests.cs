using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Paas.Testing;
using Xunit;

namespace Paas.Runtime.FunctionalTests;

/// <summary>
/// Whoever is root in a container without a user namespace is the host's root, and must not get at the runtime's own program
/// through the processes that enter the container (CVE-2019-5736). A copy of it is tried, so that a hole would hurt nobody.
/// </summary>
public sealed class OwnProgramTests
{
    private const string Overwriter = """
        while [ ! -e /stop ]; do
          for exe in /proc/[0-9]*/exe; do
            case $(readlink $exe) in */busybox|"") continue;; esac
            (echo overwritten >> $exe) 2> /dev/null
            (exec 9< $exe; echo overwritten >> /proc/self/fd/9) 2> /dev/null
            echo tried >> /tried
          done
        done
        """;

    [OwnRootFact]
    public void A_waiting_first_process_runs_a_program_of_its_own()
    {
        using var container = new TestContainer();
        container.Create().ShouldSucceed();
        Assert.StartsWith("/memfd:", File.ResolveLinkTarget($"/proc/{container.Pid}/exe", returnFinalTarget: false)!.FullName);
    }

    [RootTheory]
    [InlineData("/proc/self/exe")]
    [InlineData("/script")]
    public void A_program_that_is_the_runtimes_own_comes_to_nothing(string program)
    {
        using var copy = new CopiedRuntime();
        using var container = new TestContainer();
        File.WriteAllText(Path.Combine(container.Rootfs, "script"), "#!/proc/self/exe\n");
        File.SetUnixFileMode(Path.Combine(container.Rootfs, "script"), (UnixFileMode)0x1ED);
        container.Process["args"] = new JsonArray(program, "--version");
        container.WriteConfig();
        var outcome = copy.Run(container, "run", "--bundle", container.Bundle, container.Id);
        Assert.NotEqual(0, outcome.ExitCode);
        Assert.DoesNotContain("version", outcome.Output);
        copy.ShouldBeUntouched();
    }

    [RootFact]
    public void An_overwriter_inside_never_reaches_it()
    {
        using var copy = new CopiedRuntime();
        using var container = new TestContainer().Script(Overwriter);
        // Of those the machine grants: crun fails where it can have fewer than it asks for.
        var granted = Convert.ToUInt64(File.ReadLines("/proc/self/status").First(line => line.StartsWith("CapBnd:", StringComparison.Ordinal))[7..].Trim(), 16);
        var all = new JsonArray([.. Enumerable.Range(0, 41).Where(number => (granted >> number & 1) != 0).Select(number => JsonValue.Create(Names[number]))]);
        foreach (var set in (string[])["bounding", "effective", "permitted"]) container.Process["capabilities"]![set] = all.DeepClone();
        container.WriteConfig();
        copy.Detached(container).ShouldSucceed();
        var rounds = Environment.GetEnvironmentVariable("PAAS_SOAK") is null ? 40 : 1000;
        var tried = Path.Combine(container.Rootfs, "tried");
        var limit = Stopwatch.StartNew();
        // Who enters is there for some milliseconds only: on a busy machine many come and go before the one inside looks.
        for (var i = 0; i < rounds || (!File.Exists(tried) && limit.Elapsed < TimeSpan.FromSeconds(120)); i++)
        {
            var entered = copy.Run(container, "exec", container.Id, "/bin/true");
            // Peers fail now and then while their copy of themselves is being opened; what counts is that it stays whole.
            if (RuntimeUnderTest.IsOurs) entered.ShouldSucceed();
        }

        File.WriteAllText(Path.Combine(container.Rootfs, "stop"), "");
        Assert.True(File.Exists(tried), "no process that entered was ever seen from inside");
        copy.ShouldBeUntouched();
    }

    private static readonly string[] Names =
    [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_SETGID", "CAP_SETUID", "CAP_SETPCAP",
        "CAP_LINUX_IMMUTABLE", "CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST", "CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_IPC_LOCK", "CAP_IPC_OWNER",
        "CAP_SYS_MODULE", "CAP_SYS_RAWIO", "CAP_SYS_CHROOT", "CAP_SYS_PTRACE", "CAP_SYS_PACCT", "CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_NICE",
        "CAP_SYS_RESOURCE", "CAP_SYS_TIME", "CAP_SYS_TTY_CONFIG", "CAP_MKNOD", "CAP_LEASE", "CAP_AUDIT_WRITE", "CAP_AUDIT_CONTROL", "CAP_SETFCAP",
        "CAP_MAC_OVERRIDE", "CAP_MAC_ADMIN", "CAP_SYSLOG", "CAP_WAKE_ALARM", "CAP_BLOCK_SUSPEND", "CAP_AUDIT_READ", "CAP_PERFMON", "CAP_BPF",
        "CAP_CHECKPOINT_RESTORE",
    ];

    /// <summary>A copy of the runtime's program, and what it was at first.</summary>
    private sealed class CopiedRuntime : IDisposable
    {
        private readonly TemporaryDirectory _directory = new();
        private readonly string _program;
        private readonly string _hash;
        private readonly UnixFileMode _mode;

        public CopiedRuntime()
        {
            _program = _directory.Combine("runtime");
            File.Copy(File.ResolveLinkTarget(RuntimeUnderTest.Program, returnFinalTarget: true)?.FullName ?? RuntimeUnderTest.Program, _program);
            (_hash, _mode) = (Hash(), File.GetUnixFileMode(_program));
        }

        public Outcome Run(TestContainer container, params string[] arguments) =>
            RuntimeUnderTest.Execute(_program, ["--root", container.Root, .. arguments]);

        public Outcome Detached(TestContainer container)
        {
            var outcome = RuntimeUnderTest.Execute(
                "/bin/sh", "-c", $"'{_program}' --root '{container.Root}' run --detach --bundle '{container.Bundle}' {container.Id} > '{container.Path("output")}' 2>&1 < /dev/null");
            return outcome with { Error = container.DetachedOutput };
        }

        public void ShouldBeUntouched()
        {
            Assert.Equal(_hash, Hash());
            Assert.Equal(_mode, File.GetUnixFileMode(_program));
        }

        public void Dispose() => _directory.Dispose();

        private string Hash() => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(_program)));
    }
}
