using System.Diagnostics;
using System.Net;

namespace Paas.Testing.Servers;

/// <summary>Debian's <c>docker-registry</c>, without TLS, on a loopback port or another, empty at first; with a login where one is given.</summary>
public sealed class DockerRegistry : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory;
    private readonly Process _process;

    private DockerRegistry(TemporaryDirectory directory, Process process, string address, int port) => (_directory, _process, Host, Port) = (directory, process, $"{address}:{port}", port);

    public int Port { get; }

    /// <summary>Host and port, as references begin.</summary>
    public string Host { get; }

    /// <param name="user">A user to ask for; null asks for none.</param>
    /// <param name="password">The user's password.</param>
    /// <param name="address">IPv4, of this machine.</param>
    public static async Task<DockerRegistry> StartAsync(string? user = null, string? password = null, string address = "127.0.0.1")
    {
        var directory = new TemporaryDirectory();
        var port = Ports.Free();
        var access = "";
        if (user is not null)
        {
            var line = (await new Command("htpasswd", "-Bbn", user, password!).RunAsync()).Succeeded().Stdout;
            File.WriteAllText(directory.Combine("htpasswd"), line);
            access = $"auth:\n  htpasswd:\n    realm: test\n    path: {directory.Combine("htpasswd")}";
        }

        File.WriteAllText(directory.Combine("config.yml"), $"""
            version: 0.1
            log:
              level: error
            storage:
              filesystem:
                rootdirectory: {directory.Combine("data")}
              delete:
                enabled: true
            http:
              addr: "{address}:{port}"
            {access}
            """);
        var registry = new DockerRegistry(directory, new Command("docker-registry", "serve", directory.Combine("config.yml")).Start(), address, port);
        _ = registry._process.StandardError.ReadToEndAsync();
        _ = registry._process.StandardOutput.ReadToEndAsync();
        using var client = new HttpClient();
        await Eventually.TrueAsync("docker-registry answers", Patience.OfSeconds(30), async () =>
        {
            using var answer = await client.GetAsync($"http://{registry.Host}/v2/");
            return answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.Unauthorized;
        });
        return registry;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _directory.Dispose();
    }
}
