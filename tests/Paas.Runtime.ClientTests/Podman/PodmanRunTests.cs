using Paas.Runtime.ClientTests.Host;
using Paas.Testing;

namespace Paas.Runtime.ClientTests.Podman;

/// <summary><c>podman run</c></summary>
[Collection(PodmanCollection.Name)]
public sealed class PodmanRunTests(PodmanEngine engine)
{
    [EngineFact("podman")]
    public async Task Output_input_and_exit_code()
    {
        var result = await engine.Host.RunWithInputAsync(
            "text", "podman", "run", "--rm", "--interactive", "--network", "none", BusyboxImage.Name, "sh", "-c", "cat; echo err >&2; exit 7");
        Assert.Equal((7, "text", "err\n"), (result.ExitCode, result.Stdout, result.Stderr));
    }

    [EngineFact("podman")]
    public async Task A_runtime_is_named_on_the_command_line()
    {
        var result = await engine.PodmanAsync("--runtime", RuntimeUnderTest.Program, "run", "--rm", "--network", "none", BusyboxImage.Name, "echo", "hi");
        Assert.Equal("hi\n", result.Succeeded().Stdout);
        Assert.Contains("under-test", (await engine.PodmanAsync("info", "--format", "{{.Host.OCIRuntime.Name}}")).Succeeded().Stdout, StringComparison.Ordinal);
    }

    [EngineFact("podman", "script")]
    public async Task A_terminal_has_the_size_of_the_users()
    {
        await using var terminal = engine.Host.OpenTerminal(33, 99, "podman", "run", "--rm", "-it", "--network", "none", BusyboxImage.Name, "sh");
        await terminal.ExpectAsync("/ #");
        await terminal.CommandAsync($"tty; {TerminalSession.ShowSize}");
        await terminal.TypeAsync("exit 5\n");
        Assert.Equal(5, (await terminal.EndAsync()).ExitCode);
        Assert.Contains("/dev/pts/0\n33 99\n", terminal.Shown, StringComparison.Ordinal);
    }

    [EngineFact("podman")]
    public async Task A_program_that_cannot_be_started_is_named()
    {
        await FailsAsync(127, """exec: "nosuch": executable file not found in $PATH: OCI runtime attempted to invoke a command that was not found""", "nosuch");
        await FailsAsync(126, """exec: "/etc/passwd": permission denied: OCI permission denied""", "/etc/passwd");
        await FailsAsync(126, """exec: "/etc": """, "/etc");

        async Task FailsAsync(int code, string message, string program)
        {
            var result = await engine.RunAsync(["--network", "none"], program);
            Assert.Contains(message, result.Stderr, StringComparison.Ordinal);
            Assert.Equal(code, result.ExitCode);
        }
    }

    [EngineFact("podman")]
    public async Task Limits_user_read_only_root_and_no_capabilities()
    {
        var result = await engine.RunAsync(
            [
                "--network", "none", "--memory", "64m", "--cpus", "0.5", "--pids-limit", "20", "--read-only", "--tmpfs", "/scratch:mode=1777", "--cap-drop", "ALL",
                "--user", "alice", "--workdir", "/home", "--env", "A=b", "--ulimit", "nofile=100:200",
            ],
            "sh", "-c", "touch /file; touch /scratch/file && echo scratch; id; pwd; echo $A; ulimit -n; grep CapEff /proc/self/status; cat " + (EngineHost.HasUnifiedCgroups
                ? "/sys/fs/cgroup/memory.max /sys/fs/cgroup/pids.max; cut -d' ' -f1 /sys/fs/cgroup/cpu.max"
                : "/sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/cpu/cpu.cfs_quota_us"));
        Assert.Contains("touch: /file: Read-only file system", result.Stderr, StringComparison.Ordinal);
        Assert.Equal(
            "scratch\nuid=1000(alice) gid=1000(alice) groups=10(wheel),1000(alice)\n/home\nb\n100\nCapEff:\t0000000000000000\n67108864\n20\n50000\n",
            result.Succeeded().Stdout);
    }

    [EngineFact("podman")]
    public async Task A_user_namespace()
    {
        using var directory = new TemporaryDirectory();
        var result = await engine.RunAsync(
            ["--network", "none", "--uidmap", "0:300000:65536", "--gidmap", "0:300000:65536", "--volume", $"{directory.Path}:/volume:U"],
            "sh", "-c", "id -u; cat /proc/self/uid_map; touch /volume/file; stat -c %u /volume/file");
        Assert.Equal(["0", "0", "300000", "65536", "0"], result.Succeeded().Stdout.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        var owner = await new Command("stat", "--format", "%u", directory.Combine("file")).RunAsync();
        Assert.Equal("300000\n", owner.Succeeded().Stdout);
    }

    [EngineFact("podman")]
    public async Task A_user_namespace_of_its_own_choice()
    {
        foreach (var file in (string[])["/etc/subuid", "/etc/subgid"]) await File.AppendAllTextAsync(engine.Host.PathOf(file), "containers:1000000:1000000\n");
        var result = await engine.RunAsync(["--network", "none", "--userns", "auto:size=2000"], "cat", "/proc/self/uid_map");
        var map = result.Succeeded().Stdout.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(("0", "2000"), (map[0], map[2]));
        Assert.NotEqual("0", map[1]);
    }

    [EngineFact("podman", "tini-static")]
    public async Task An_init_process_of_podmans()
    {
        var result = await engine.RunAsync(["--network", "none", "--init"], "sh", "-c", "cat /proc/1/comm; exit 4");
        Assert.Equal((4, "podman-init\n"), (result.ExitCode, result.Stdout));
    }

    [EngineFact("podman")]
    public async Task Networks()
    {
        Assert.Equal(["lo"], await InterfacesAsync("none"));
        Assert.Equal(["lo", "eth0"], await InterfacesAsync("bridge"));
        var first = await engine.StartAsync(["--network", "none", "--hostname", "first"], "sleep", "1000");
        var result = await engine.RunAsync(["--network", $"container:{first}", "--pid", $"container:{first}"], "sh", "-c", "ps -o args; ip -o -4 addr | wc -l");
        Assert.Matches(@"^(.*\n)*sleep 1000\n(.*\n)*1\n$", result.Succeeded().Stdout);
        await engine.RemoveAsync(first);

        async Task<string[]> InterfacesAsync(string network)
        {
            var result = await engine.RunAsync(["--network", network], "sh", "-c", "ip -o -4 addr | tr -s ' ' | cut -d' ' -f2");
            return result.Succeeded().Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
    }

    [EngineFact("podman")]
    public async Task A_privileged_container()
    {
        var result = await engine.RunAsync(["--network", "none", "--privileged"], "sh", "-c", "grep Seccomp: /proc/self/status; mount -t tmpfs x /tmp && echo mounted; test -c /dev/kmsg && echo devices");
        Assert.Equal("Seccomp:\t0\nmounted\ndevices\n", result.Succeeded().Stdout);
    }

    [EngineFact("podman")]
    public async Task Seccomp()
    {
        Assert.Equal("Seccomp:\t2\n", (await engine.RunAsync(["--network", "none"], "grep", "Seccomp:", "/proc/self/status")).Stdout);
        await engine.Host.WriteAsync("/run/profile.json", """
            {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 28}]}
            """);
        var result = await engine.RunAsync(["--network", "none", "--security-opt", "seccomp=/run/profile.json"], "mkdir", "/tmp/directory");
        Assert.Contains("No space left on device", result.Stderr, StringComparison.Ordinal);
        Assert.Equal("Seccomp:\t0\n", (await engine.RunAsync(["--network", "none", "--security-opt", "seccomp=unconfined"], "grep", "Seccomp:", "/proc/self/status")).Stdout);
    }
}
