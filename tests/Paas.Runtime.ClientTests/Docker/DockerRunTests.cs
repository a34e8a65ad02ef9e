using Paas.Runtime.ClientTests.Host;
using Paas.Testing;

namespace Paas.Runtime.ClientTests.Docker;

/// <summary><c>docker run</c>: how the process is started, and what it and its user are told.</summary>
[Collection(DockerCollection.Name)]
public sealed class DockerRunTests(DockerEngine engine)
{
    [EngineFact("dockerd")]
    public async Task Output_errors_and_exit_code_come_back()
    {
        var result = await engine.RunAsync([], "sh", "-c", "echo out; echo err >&2; exit 7");
        Assert.Equal((7, "out\n", "err\n"), (result.ExitCode, result.Stdout, result.Stderr));
    }

    [EngineFact("dockerd")]
    public async Task Standard_input_reaches_the_process()
    {
        var result = await engine.Host.RunWithInputAsync("first\nsecond\n", "/usr/bin/docker", "run", "--rm", "--interactive", "busybox", "cat");
        Assert.Equal("first\nsecond\n", result.Succeeded().Stdout);
    }

    [EngineFact("dockerd", "script")]
    public async Task A_terminal_has_the_size_of_the_users()
    {
        await using var terminal = engine.Host.OpenTerminal(33, 99, "/usr/bin/docker", "run", "--rm", "--interactive", "--tty", "busybox", "sh");
        await terminal.ExpectAsync("/ #");
        await terminal.CommandAsync($"tty; {TerminalSession.ShowSize}; test -t 0 && test -t 1 && test -t 2 && echo all-three; ls -l /dev/console");
        await terminal.TypeAsync("exit 5\n");
        var (code, shown) = await terminal.EndAsync();
        Assert.Equal(5, code);
        Assert.Contains("/dev/pts/0\n33 99\nall-three\n", shown, StringComparison.Ordinal);
        Assert.Matches(@"crw[-w-]+ .* root .* /dev/console", shown);
    }

    [EngineFact("dockerd", "script")]
    public async Task A_terminals_interrupt_key_ends_the_process()
    {
        await using var terminal = engine.Host.OpenTerminal(24, 80, "/usr/bin/docker", "run", "--rm", "-it", "busybox", "sh", "-c", "trap 'echo caught; exit 3' INT; echo up; sleep 100 & wait");
        await terminal.ExpectAsync("up\n");
        await terminal.TypeAsync("\u0003");
        Assert.Equal(3, (await terminal.EndAsync()).ExitCode);
        Assert.Contains("caught", terminal.Shown, StringComparison.Ordinal);
    }

    [EngineFact("dockerd")]
    public async Task A_program_that_cannot_be_started_is_named()
    {
        await FailsAsync(127, """exec: "nosuch": executable file not found in $PATH""", "nosuch");
        await FailsAsync(127, """exec: "/no/such": stat /no/such: no such file or directory""", "/no/such");
        await FailsAsync(126, """exec: "/etc/passwd": permission denied""", "/etc/passwd");
        await FailsAsync(126, """exec: "/etc": """, "/etc");

        async Task FailsAsync(int code, string message, string program)
        {
            var result = await engine.RunAsync([], program);
            Assert.Contains(message, result.Stderr, StringComparison.Ordinal);
            Assert.StartsWith("docker: Error response from daemon: failed to create shim task: OCI runtime create failed: ", result.Stderr, StringComparison.Ordinal);
            Assert.Equal(code, result.ExitCode);
        }
    }

    [EngineFact("dockerd")]
    public async Task User_groups_directory_and_environment()
    {
        var result = await engine.RunAsync(["--user", "alice", "--group-add", "77", "--workdir", "/home/new", "--env", "A=b c"], "sh", "-c", "id; pwd; echo $A");
        Assert.Equal("uid=1000(alice) gid=1000(alice) groups=10(wheel),77,1000(alice)\n/home/new\nb c\n", result.Succeeded().Stdout);
    }

    [EngineFact("dockerd")]
    public async Task Limits_read_only_root_and_no_capabilities()
    {
        var result = await engine.RunAsync(
            ["--memory", "64m", "--cpus", "0.5", "--pids-limit", "20", "--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--cap-add", "CHOWN"],
            "sh", "-c", "touch /file; touch /tmp/file && echo scratch; grep -E 'Cap(Prm|Eff|Bnd)' /proc/self/status; cat " + (EngineHost.HasUnifiedCgroups
                ? "/sys/fs/cgroup/memory.max /sys/fs/cgroup/pids.max; cut -d' ' -f1 /sys/fs/cgroup/cpu.max"
                : "/sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/cpu/cpu.cfs_quota_us"));
        Assert.Contains("touch: /file: Read-only file system", result.Stderr, StringComparison.Ordinal);
        Assert.Equal(
            "scratch\nCapPrm:\t0000000000000001\nCapEff:\t0000000000000001\nCapBnd:\t0000000000000001\n67108864\n20\n50000\n", result.Succeeded().Stdout);
    }

    [EngineFact("dockerd")]
    public async Task A_fork_bomb_stops_at_its_limit()
    {
        var result = await engine.RunAsync(["--pids-limit", "12"], "sh", "-c", "for i in $(seq 30); do sleep 5 & done; echo survived");
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("can't fork", result.Stderr, StringComparison.Ordinal);
    }

    [EngineFact("dockerd", "docker-init")]
    public async Task An_init_process_of_dockers()
    {
        var result = await engine.RunAsync(["--init"], "sh", "-c", "cat /proc/1/comm; test $$ != 1 && exit 4");
        Assert.Equal((4, "docker-init\n"), (result.ExitCode, result.Stdout));
    }

    [EngineFact("dockerd")]
    public async Task Volumes()
    {
        using var directory = new TemporaryDirectory();
        await File.WriteAllTextAsync(directory.Combine("file"), "content\n");
        var volume = engine.NewName();
        var result = await engine.RunAsync(
            ["--volume", $"{directory.Path}:/read-only:ro", "--volume", $"{directory.Path}:/writable", "--volume", $"{volume}:/etc"],
            "sh", "-c", "cat /read-only/file; touch /read-only/no; touch /writable/yes; head -n 1 /etc/group; touch /etc/kept");
        Assert.Equal("content\nroot:x:0:\n", result.Succeeded().Stdout);
        Assert.Contains("/read-only/no: Read-only file system", result.Stderr, StringComparison.Ordinal);
        Assert.True(File.Exists(directory.Combine("yes")));
        Assert.Equal("/mnt/kept\n", (await engine.RunAsync(["--volume", $"{volume}:/mnt"], "ls", "/mnt/kept")).Succeeded().Stdout);
    }

    [EngineFact("dockerd")]
    public async Task Kernel_settings_limits_and_scores()
    {
        var result = await engine.RunAsync(
            [
                "--sysctl", "net.ipv4.ip_forward=1", "--sysctl", "kernel.shmmax=1000000", "--ulimit", "nofile=100:200", "--oom-score-adj", "300",
                "--shm-size", "1m", "--hostname", "name", "--add-host", "other:192.0.2.1", "--dns", "192.0.2.2",
            ],
            "sh", "-c", "cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/shmmax; ulimit -n; ulimit -Hn; cat /proc/self/oom_score_adj; df /dev/shm | tail -n 1 | tr -s ' ' | cut -d' ' -f2; hostname; grep other /etc/hosts; cat /etc/resolv.conf");
        Assert.Equal("1\n1000000\n100\n200\n300\n1024\nname\n192.0.2.1\tother\nnameserver 192.0.2.2\n", result.Succeeded().Stdout);
    }

    [EngineFact("dockerd")]
    public async Task A_device_of_the_host()
    {
        var result = await engine.RunAsync(["--device", "/dev/kmsg:/dev/messages:r", "--cap-add", "SYSLOG"], "sh", "-c",
            "true </dev/messages && echo read; true >/dev/messages || echo not written; test -e /dev/kmsg || echo renamed");
        Assert.Equal("read\nnot written\nrenamed\n", result.Succeeded().Stdout);
        Assert.Contains("can't create /dev/messages: Operation not permitted", result.Stderr, StringComparison.Ordinal);
    }
}
