using System.Diagnostics;
using System.Net;
using Paas.Testing;
using Paas.Testing.Servers;

namespace Paas.EndToEnd.Tests.Registry;

/// <summary>Docker against the registry of a whole platform: a daemon of the test's own, which runs nothing.</summary>
[Collection(ServerCollection.Name)]
public sealed class DockerClientTests(ServerFixture fixture)
{
    [RootFact]
    public async Task Docker_logs_in_pushes_what_is_then_released_and_pulls_it()
    {
        using var client = await RegistryClient.CreateAsync(fixture.Server, "docker");
        (await fixture.Server.PaasAsync("create", "docked")).Succeeded();
        var (socket, pid) = (client.PathOf("d.sock"), client.PathOf("docker.pid"));
        using var daemon = client.Start(
            "/usr/sbin/dockerd", "--host", $"unix://{socket}", "--data-root", client.PathOf("docker"), "--exec-root", client.PathOf("docker-run"), "--pidfile", pid,
            "--bridge", "none", "--iptables=false", "--storage-driver", "vfs");
        try
        {
            Task<CommandResult> DockerAsync(params string[] arguments) => client.RunAsync("/usr/bin/docker", ["--config", client.PathOf("docker-config"), "--host", $"unix://{socket}", .. arguments]);
            await Eventually.TrueAsync("dockerd answers", TimeSpan.FromSeconds(60), async () => (await DockerAsync("version")).ExitCode == 0);
            var image = $"{client.Registry}/docked:latest";
            var tar = await client.MakeRootfsAsync("hello from docker");
            (await DockerAsync("import", "--change", "CMD [\"/bin/httpd\", \"-f\", \"-p\", \"8093\", \"-h\", \"/www\"]", "--change", "EXPOSE 8093", tar, image)).Succeeded();

            Assert.NotEqual(0, (await DockerAsync("push", image)).ExitCode);
            (await client.RunAsync("/usr/bin/docker", ["--config", client.PathOf("docker-config"), "--host", $"unix://{socket}", "login", "-u", "me", "--password-stdin", client.Registry], client.Token)).Succeeded();
            (await DockerAsync("push", image)).Succeeded();
            await Eventually.TrueAsync("the image answers", TimeSpan.FromSeconds(60), async () =>
                await fixture.Server.Visitor.GetAsync("docked.localhost") is { Status: HttpStatusCode.OK, Body: "hello from docker" });

            (await DockerAsync("rmi", image)).Succeeded();
            (await DockerAsync("pull", $"{client.Registry}/docked:v1")).Succeeded();
            Assert.Contains("8093", (await DockerAsync("inspect", $"{client.Registry}/docked:v1")).Succeeded().Stdout, StringComparison.Ordinal);

            // As archives: what we write it loads, what it saves we read.
            var pulled = (await DockerAsync("inspect", "--format", "{{.Id}}", $"{client.Registry}/docked:v1")).Succeeded().Stdout;
            (await fixture.Server.PaasAsync("images:export", "docked", "-o", client.PathOf("ours.tar"))).Succeeded();
            Assert.Contains("Loaded image: docked:v1", (await DockerAsync("load", "-i", client.PathOf("ours.tar"))).Succeeded().Stdout, StringComparison.Ordinal);
            Assert.Equal(pulled, (await DockerAsync("inspect", "--format", "{{.Id}}", "docked:v1")).Succeeded().Stdout);
            (await DockerAsync("save", "-o", client.PathOf("theirs.tar"), "docked:v1")).Succeeded();
            (await fixture.Server.PaasAsync("images:import", client.PathOf("theirs.tar"), "--tag", "saved:v1")).Succeeded();
            Assert.Equal("", (await fixture.Server.PaasAsync("images:diff", "docked", "saved:v1")).Succeeded().Stdout.Trim());
        }
        finally
        {
            await EndAsync(daemon);
            await fixture.Server.PaasAsync("destroy", "-a", "docked", "--confirm", "docked");
        }
    }

    private static async Task EndAsync(Process daemon)
    {
        if (!daemon.HasExited) (await new Command("kill", "-TERM", $"{daemon.Id}").RunAsync()).Succeeded();
        await daemon.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
    }
}
