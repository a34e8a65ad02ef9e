using Paas.Runtime.ClientTests.Host;
using Paas.Runtime.ClientTests.Podman;
using Paas.Testing;

namespace Paas.Runtime.ClientTests.Buildah;

/// <summary>Buildah: each <c>run</c> and each RUN is a container, which the runtime creates, starts, reports on and deletes.</summary>
[Collection(PodmanCollection.Name)]
public sealed class BuildahTests(PodmanEngine engine)
{
    [EngineFact("buildah", "script")]
    public async Task Run_in_a_working_container()
    {
        var name = (await engine.BuildahAsync("from", BusyboxImage.Name)).Succeeded().Stdout.Trim();
        (await RunAsync("sh", "-c", "echo made >/made")).Succeeded();
        var result = await RunAsync("sh", "-c", "cat /made; id -u; exit 7");
        Assert.Equal((7, "made\n0\n"), (result.ExitCode, result.Stdout));
        var missing = await RunAsync("nosuch");
        Assert.NotEqual(0, missing.ExitCode);
        Assert.Contains("executable file not found in $PATH", missing.Stderr, StringComparison.Ordinal);
        (await engine.BuildahAsync("commit", name, "localhost/committed")).Succeeded();

        await using var terminal = engine.Host.OpenTerminal(33, 99, "buildah", "run", "--runtime", RuntimeUnderTest.Program, "--network", "none", "--terminal", name, "sh");
        await terminal.ExpectAsync("/ #");
        await terminal.TypeAsync($"tty; {TerminalSession.ShowSize}; exit 5\n");
        Assert.Equal(5, (await terminal.EndAsync()).ExitCode);
        Assert.Contains("/dev/pts/0\n33 99\n", terminal.Shown, StringComparison.Ordinal);
        (await engine.BuildahAsync("rm", name)).Succeeded();

        Task<CommandResult> RunAsync(params string[] command) =>
            engine.BuildahAsync(["run", "--runtime", RuntimeUnderTest.Program, "--network", "none", name, "--", .. command]);
    }

    [EngineFact("buildah")]
    public async Task Bud()
    {
        using var context = new TemporaryDirectory();
        await File.WriteAllTextAsync(context.Combine("file"), "copied\n");
        await File.WriteAllTextAsync(context.Combine("Dockerfile"), $"""
            FROM {BusyboxImage.Name}
            COPY file /file
            RUN cat /file >/built && id -u >>/built
            USER alice
            RUN id -un >/tmp/user
            """);
        (await BudAsync()).Succeeded();
        var name = (await engine.BuildahAsync("from", "localhost/built-by-buildah")).Succeeded().Stdout.Trim();
        var result = await engine.BuildahAsync("run", "--runtime", RuntimeUnderTest.Program, "--network", "none", name, "cat", "/built", "/tmp/user");
        Assert.Equal("copied\n0\nalice\n", result.Succeeded().Stdout);
        (await engine.BuildahAsync("rm", name)).Succeeded();
        (await BudAsync("--no-cache", "--memory", "64m", "--userns-uid-map", "0:300000:65536", "--userns-gid-map", "0:300000:65536")).Succeeded();

        Task<CommandResult> BudAsync(params string[] options) =>
            engine.BuildahAsync(["bud", "--runtime", RuntimeUnderTest.Program, "--network", "none", "--tag", "localhost/built-by-buildah", .. options, context.Path]);
    }

    [EngineFact("buildah")]
    public async Task A_failing_step_fails_the_build()
    {
        using var context = new TemporaryDirectory();
        await File.WriteAllTextAsync(context.Combine("Dockerfile"), $"FROM {BusyboxImage.Name}\nRUN exit 3\n");
        var result = await engine.BuildahAsync("bud", "--runtime", RuntimeUnderTest.Program, "--network", "none", context.Path);
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("exit status 3", result.Stderr, StringComparison.Ordinal);
    }
}
