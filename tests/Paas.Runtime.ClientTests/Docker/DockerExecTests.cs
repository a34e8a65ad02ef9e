using Paas.Runtime.ClientTests.Host;

namespace Paas.Runtime.ClientTests.Docker;

/// <summary><c>docker exec</c></summary>
[Collection(DockerCollection.Name)]
public sealed class DockerExecTests(DockerEngine engine) : IAsyncLifetime
{
    private string _name = "";

    public async Task InitializeAsync() => _name = engine.Host is null ? "" : await engine.StartAsync(["--cap-drop", "ALL"], "sleep", "1000");

    public async Task DisposeAsync()
    {
        if (engine.Host is not null) await engine.DockerAsync("rm", "--force", _name);
    }

    [EngineFact("dockerd")]
    public async Task A_second_process_in_the_container()
    {
        var result = await engine.DockerAsync("exec", _name, "sh", "-c", "ps -o pid,args | grep -c 'sleep 1000$'; echo err >&2; exit 9");
        Assert.Equal((9, "1\n", "err\n"), (result.ExitCode, result.Stdout, result.Stderr));
        Assert.Equal("text", (await engine.Host.RunWithInputAsync("text", "/usr/bin/docker", "exec", "-i", _name, "cat")).Succeeded().Stdout);
    }

    [EngineFact("dockerd")]
    public async Task User_directory_and_environment()
    {
        var result = await engine.DockerAsync("exec", "--user", "alice", "--workdir", "/tmp", "--env", "A=b", _name, "sh", "-c", "id; pwd; echo $A; grep CapEff /proc/self/status");
        Assert.Equal("uid=1000(alice) gid=1000(alice) groups=10(wheel),1000(alice)\n/tmp\nb\nCapEff:\t0000000000000000\n", result.Succeeded().Stdout);
        var privileged = await engine.DockerAsync("exec", "--privileged", _name, "grep", "CapInh", "/proc/self/status");
        if (RuntimeUnderTest.IsOurs) Assert.Equal("CapInh:\t0000000000000000\n", privileged.Succeeded().Stdout);
    }

    [EngineFact("dockerd", "script")]
    public async Task A_terminal()
    {
        await using var terminal = engine.Host.OpenTerminal(40, 120, "/usr/bin/docker", "exec", "-it", _name, "sh");
        await terminal.ExpectAsync("/ #");
        await terminal.CommandAsync($"tty; {TerminalSession.ShowSize}");
        await terminal.TypeAsync("exit 4\n");
        Assert.Equal(4, (await terminal.EndAsync()).ExitCode);
        Assert.Matches(@"/dev/pts/\d+\n40 120\n", terminal.Shown);
    }

    [EngineFact("dockerd")]
    public async Task In_the_background()
    {
        (await engine.DockerAsync("exec", "--detach", _name, "sh", "-c", "echo made >/tmp/made")).Succeeded();
        await Paas.Testing.Eventually.TrueAsync("it ran", TimeSpan.FromSeconds(10), async () => (await engine.DockerAsync("exec", _name, "cat", "/tmp/made")).Stdout == "made\n");
    }

    [EngineFact("dockerd")]
    public async Task A_program_that_cannot_be_started_is_named()
    {
        // 126 for both is what this engine makes of any failed exec.
        var missing = await engine.DockerAsync("exec", _name, "nosuch");
        Assert.Contains("""OCI runtime exec failed: exec failed: unable to start container process: exec: "nosuch": executable file not found in $PATH""", missing.Output, StringComparison.Ordinal);
        Assert.Equal(126, missing.ExitCode);
        var file = await engine.DockerAsync("exec", _name, "/etc/passwd");
        Assert.Contains("""exec: "/etc/passwd": permission denied""", file.Output, StringComparison.Ordinal);
        Assert.Equal(126, file.ExitCode);
    }
}
