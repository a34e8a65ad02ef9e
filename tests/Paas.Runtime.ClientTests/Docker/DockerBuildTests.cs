using Paas.Testing;

namespace Paas.Runtime.ClientTests.Docker;

/// <summary><c>docker build</c>: each RUN is a container.</summary>
[Collection(DockerCollection.Name)]
public sealed class DockerBuildTests(DockerEngine engine)
{
    [EngineFact("dockerd")]
    public async Task An_image_is_built_and_runs()
    {
        using var context = new TemporaryDirectory();
        await File.WriteAllTextAsync(context.Combine("file"), "copied\n");
        await File.WriteAllTextAsync(context.Combine("Dockerfile"), """
            FROM busybox
            WORKDIR /work
            COPY file .
            RUN cat file >built && id -u >>built
            USER alice
            RUN id -un >/tmp/user
            HEALTHCHECK --interval=500ms CMD test -f /tmp/user
            CMD ["cat", "built", "/tmp/user"]
            """);
        (await engine.DockerAsync("build", "--tag", "built", context.Path)).Succeeded();
        Assert.Equal("copied\n0\nalice\n", (await engine.DockerAsync("run", "--rm", "built")).Succeeded().Stdout);
        var name = engine.NewName();
        (await engine.DockerAsync("run", "--detach", "--name", name, "built", "sleep", "1000")).Succeeded();
        await Eventually.TrueAsync("healthy", TimeSpan.FromSeconds(20), async () => await engine.InspectAsync(name, "{{.State.Health.Status}}") == "healthy");
        (await engine.DockerAsync("rm", "--force", name)).Succeeded();
    }

    [EngineFact("dockerd")]
    public async Task A_failing_step_fails_the_build()
    {
        using var context = new TemporaryDirectory();
        await File.WriteAllTextAsync(context.Combine("Dockerfile"), "FROM busybox\nRUN echo trying && exit 3\n");
        var result = await engine.DockerAsync("build", context.Path);
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("returned a non-zero code: 3", result.Output, StringComparison.Ordinal);
    }
}
