using System.Globalization;
using Paas.Runtime.ClientTests.Host;
using Paas.Testing;

namespace Paas.Runtime.ClientTests.Containerd;

/// <summary>A containerd on a machine of its own.</summary>
public sealed class ContainerdEngine : IAsyncLifetime
{
    private const string Log = "/var/log/containerd.log";

    public EngineHost Host { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        if (!Environment.IsPrivilegedProcess) return;
        Host = await EngineHost.StartAsync();
        await Host.StartDaemonAsync(Log, "containerd");
        await Eventually.TrueAsync("containerd answers", TimeSpan.FromSeconds(60), async () => (await CtrAsync("version")).ExitCode == 0);
        await File.WriteAllBytesAsync(Host.PathOf("/run/busybox.tar"), BusyboxImage.Archive);
        (await CtrAsync("image", "import", "/run/busybox.tar")).Succeeded();
    }

    public async Task DisposeAsync()
    {
        if (Host is not null) await Host.DisposeAsync();
    }

    public Task<CommandResult> CtrAsync(params IReadOnlyList<string> arguments) => Host.RunAsync(["/usr/bin/ctr", .. arguments]);

    /// <summary><c>ctr run</c> with the runtime under test.</summary>
    public Task<CommandResult> RunAsync(string id, string[] options, params string[] command) =>
        CtrAsync(["run", "--runc-binary", RuntimeUnderTest.Program, .. options, BusyboxImage.Name, id, .. command]);
}

/// <summary>containerd's shim for runc, which drives the runtime under test in its place.</summary>
public sealed class ContainerdTests(ContainerdEngine engine) : IClassFixture<ContainerdEngine>
{
    [EngineFact("containerd")]
    public async Task Run()
    {
        var result = await engine.RunAsync("run", ["--rm", "--cwd", "/tmp", "--env", "A=b"], "sh", "-c", "pwd; echo $A; echo err >&2; exit 7");
        Assert.Equal((7, "/tmp\nb\n", "err\n"), (result.ExitCode, result.Stdout, result.Stderr));
        var missing = await engine.RunAsync("missing", ["--rm"], "nosuch");
        Assert.NotEqual(0, missing.ExitCode);
        Assert.Contains("""OCI runtime create failed: """, missing.Stderr, StringComparison.Ordinal);
        Assert.Contains("""exec: "nosuch": executable file not found in $PATH""", missing.Stderr, StringComparison.Ordinal);
    }

    [EngineFact("containerd", "script")]
    public async Task Run_on_a_terminal()
    {
        await using var terminal = engine.Host.OpenTerminal(33, 99, "ctr", "run", "--rm", "--tty", "--runc-binary", RuntimeUnderTest.Program, BusyboxImage.Name, "terminal", "sh");
        await terminal.ExpectAsync("/ #");
        await terminal.CommandAsync($"tty; {TerminalSession.ShowSize}");
        await terminal.TypeAsync("exit 5\n");
        Assert.Equal(5, (await terminal.EndAsync()).ExitCode);
        Assert.Contains("/dev/pts/0\n33 99\n", terminal.Shown, StringComparison.Ordinal);
    }

    [EngineFact("containerd")]
    public async Task Limits_seccomp_read_only_root_mounts()
    {
        using var directory = new TemporaryDirectory();
        await File.WriteAllTextAsync(directory.Combine("file"), "content\n");
        var result = await engine.RunAsync(
            "limits",
            ["--rm", "--memory-limit", "67108864", "--cpus", "0.5", "--read-only", "--seccomp", "--mount", $"type=bind,src={directory.Path},dst=/tmp,options=rbind:ro"],
            "sh", "-c", "touch /file; touch /tmp/no; cat /tmp/file; grep Seccomp: /proc/self/status; echo $$");
        Assert.Equal("content\nSeccomp:\t2\n1\n", result.Succeeded().Stdout);
        Assert.Equal(2, result.Stderr.Split("Read-only file system").Length - 1);
    }

    [EngineFact("containerd", "script")]
    public async Task The_life_of_a_task()
    {
        (await engine.RunAsync("task", ["--detach", "--memory-limit", "67108864"], "sleep", "1000")).Succeeded();
        var pid = int.Parse((await TaskAsync())[1], CultureInfo.InvariantCulture);
        Assert.Equal("67108864", await engine.Host.LimitAsync(pid, "memory", "memory.limit_in_bytes", "memory.max"));
        var exec = await engine.CtrAsync("task", "exec", "--exec-id", "first", "--user", "1000", "--cwd", "/tmp", "task", "sh", "-c", "id -u; pwd; exit 9");
        Assert.Equal((9, "1000\n/tmp\n"), (exec.ExitCode, exec.Stdout));
        Assert.Contains("""exec: "nosuch": executable file not found in $PATH""", (await engine.CtrAsync("task", "exec", "--exec-id", "second", "task", "nosuch")).Stderr, StringComparison.Ordinal);

        await using (var terminal = engine.Host.OpenTerminal(40, 120, "ctr", "task", "exec", "--tty", "--exec-id", "third", "task", "sh"))
        {
            await terminal.ExpectAsync("/ #");
            await terminal.TypeAsync($"{TerminalSession.ShowSize}; exit 4\n");
            Assert.Equal(4, (await terminal.EndAsync()).ExitCode);
            Assert.Contains("40 120", terminal.Shown, StringComparison.Ordinal);
        }

        Assert.Contains($"\n{pid} ", (await engine.CtrAsync("task", "ps", "task")).Succeeded().Stdout, StringComparison.Ordinal);
        Assert.Matches(@"memory\.(usage_in_bytes|usage) +[1-9]", (await engine.CtrAsync("task", "metrics", "task")).Succeeded().Stdout);
        (await engine.CtrAsync("task", "pause", "task")).Succeeded();
        Assert.Equal("PAUSED", (await TaskAsync())[2]);
        (await engine.CtrAsync("task", "resume", "task")).Succeeded();
        Assert.Equal("RUNNING", (await TaskAsync())[2]);
        (await engine.CtrAsync("task", "kill", "--signal", "SIGKILL", "task")).Succeeded();
        await Eventually.TrueAsync("stopped", TimeSpan.FromSeconds(20), async () => (await TaskAsync())[2] == "STOPPED");
        Assert.Contains("exit code 137", (await engine.CtrAsync("task", "rm", "task")).Succeeded().Output, StringComparison.Ordinal);
        (await engine.CtrAsync("container", "rm", "task")).Succeeded();

        async Task<string[]> TaskAsync()
        {
            var line = (await engine.CtrAsync("task", "ls")).Succeeded().Stdout.Split('\n').First(line => line.StartsWith("task ", StringComparison.Ordinal));
            return line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        }
    }

    [EngineFact("containerd")]
    public async Task A_task_outlives_containerd()
    {
        (await engine.RunAsync("outlives", ["--detach"], "sleep", "1000")).Succeeded();
        (await engine.Host.RunAsync("sh", "-c", "kill -KILL $(pidof containerd)")).Succeeded();
        await engine.Host.StartDaemonAsync("/var/log/containerd-again.log", "containerd");
        await Eventually.TrueAsync("containerd answers", TimeSpan.FromSeconds(60), async () => (await engine.CtrAsync("version")).ExitCode == 0);
        var exec = await engine.CtrAsync("task", "exec", "--exec-id", "again", "outlives", "echo", "here");
        Assert.Equal("here\n", exec.Succeeded().Stdout);
        await engine.CtrAsync("task", "rm", "--force", "outlives");
        (await engine.CtrAsync("container", "rm", "outlives")).Succeeded();
    }
}
