using System.Diagnostics;
using System.Text.Json.Nodes;
using Paas.Testing;
using Paas.Testing.Servers;

namespace Paas.EndToEnd.Tests.Registry;

/// <summary>Somebody's machine with container tools: homes, storage and logins of its own, which go with it.</summary>
internal sealed class RegistryClient : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly PaasServer _server;

    private RegistryClient(PaasServer server, string token) => (_server, Token) = (server, token);

    public string Token { get; }

    /// <summary>The registry's name as images have it.</summary>
    public string Registry => $"paas.localhost:{_server.HttpPort}";

    private string AuthFile => _directory.Combine("auth.json");

    public static async Task<RegistryClient> CreateAsync(PaasServer server, string name)
    {
        var made = (await server.PaasAsync("login:token", name, "--json")).Succeeded();
        var client = new RegistryClient(server, (string)JsonNode.Parse(made.Stdout)!["secret"]!);
        await File.WriteAllTextAsync(client.PathOf("hosts"), "127.0.0.1 localhost paas.localhost\n");
        await File.WriteAllTextAsync(client.PathOf("policy.json"), """{"default":[{"type":"insecureAcceptAnything"}]}""");
        await File.WriteAllTextAsync(client.PathOf("registries.conf"), $"[[registry]]\nlocation = \"{client.Registry}\"\ninsecure = true\n");
        await File.WriteAllTextAsync(client.PathOf("storage.conf"), $"[storage]\ndriver = \"vfs\"\nrunroot = \"{client.PathOf("run")}\"\ngraphroot = \"{client.PathOf("storage")}\"\n");
        return client;
    }

    public string PathOf(string relative) => _directory.Combine(relative);

    public Task<CommandResult> SkopeoAsync(params IReadOnlyList<string> arguments) => RunAsync("skopeo", ["--policy", PathOf("policy.json"), .. arguments]);

    public Task<CommandResult> PodmanAsync(params IReadOnlyList<string> arguments) => RunAsync("podman", arguments);

    public Task<CommandResult> BuildahAsync(params IReadOnlyList<string> arguments) => RunAsync("buildah", arguments);

    public Task<CommandResult> RunAsync(string program, IReadOnlyList<string> arguments, string? stdin = null) => (CommandOf(program, arguments) with { Stdin = stdin }).RunAsync();

    /// <summary>Starts a daemon; what it says goes nowhere.</summary>
    public Process Start(string program, params IReadOnlyList<string> arguments)
    {
        var process = CommandOf("sh", ["-c", "exec \"$@\" >/dev/null 2>&1 </dev/null", "sh", program, .. arguments]).Start();
        process.StandardInput.Close();
        return process;
    }

    /// <summary>A root filesystem as a tar: busybox with a page.</summary>
    public async Task<string> MakeRootfsAsync(string page)
    {
        var rootfs = PathOf($"rootfs-{Guid.NewGuid():n}");
        await FillAsync(rootfs, page);
        (await RunAsync("tar", ["-C", rootfs, "-cf", rootfs + ".tar", "."])).Succeeded();
        return rootfs + ".tar";
    }

    // Not every resolver knows that names under localhost are this machine: the tools get a hosts file of their own.
    private Command CommandOf(string program, IReadOnlyList<string> arguments) => new(
        "unshare",
        [
            "--mount", "--propagation", "private", "sh", "-c", "mount --bind \"$1\" /etc/hosts && shift && exec \"$@\"", "sh", PathOf("hosts"), program, .. arguments,
        ])
    {
        Directory = _directory.Path,
        Environment = new Dictionary<string, string?>
        {
            ["HOME"] = _directory.Path,
            ["REGISTRY_AUTH_FILE"] = AuthFile,
            ["CONTAINERS_REGISTRIES_CONF"] = PathOf("registries.conf"),
            ["CONTAINERS_STORAGE_CONF"] = PathOf("storage.conf"),
            ["XDG_RUNTIME_DIR"] = PathOf("run"),
            ["TMPDIR"] = _directory.Path,
            ["DOCKER_HOST"] = null,
        },
    };

    private static async Task FillAsync(string rootfs, string page)
    {
        foreach (var directory in (string[])["bin", "www", "tmp", "etc"]) Directory.CreateDirectory(Path.Combine(rootfs, directory));
        File.Copy("/bin/busybox", Path.Combine(rootfs, "bin/busybox"));
        foreach (var applet in (string[])["sh", "httpd", "cat"]) File.CreateSymbolicLink(Path.Combine(rootfs, "bin", applet), "busybox");
        await File.WriteAllTextAsync(Path.Combine(rootfs, "www/index.html"), page);
    }

    /// <summary>
    /// An image layout with the tag <c>first</c>: busybox, which answers on a port, exposed, with a page of its own. Made with umoci as a
    /// person would.
    /// </summary>
    public async Task<string> MakeImageAsync(string page, int port)
    {
        var layout = PathOf($"layout-{Guid.NewGuid():n}");
        var bundle = PathOf($"bundle-{Guid.NewGuid():n}");
        (await RunAsync("umoci", ["init", "--layout", layout])).Succeeded();
        (await RunAsync("umoci", ["new", "--image", $"{layout}:first"])).Succeeded();
        (await RunAsync("umoci", ["unpack", "--image", $"{layout}:first", bundle])).Succeeded();
        await FillAsync(Path.Combine(bundle, "rootfs"), page);
        (await RunAsync("umoci", ["repack", "--image", $"{layout}:first", bundle])).Succeeded();
        (await RunAsync("umoci",
        [
            "config", "--image", $"{layout}:first", "--config.entrypoint", "/bin/httpd", "--config.cmd", "-f", "--config.cmd", "-p", "--config.cmd", $"{port}",
            "--config.cmd", "-h", "--config.cmd", "/www", "--config.exposedports", $"{port}/tcp", "--config.env", "PATH=/bin",
        ])).Succeeded();
        return layout;
    }

    public void Dispose() => _directory.Dispose();
}
