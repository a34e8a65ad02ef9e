using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Paas.Contracts.Api;
using Paas.Testing;
using Paas.Testing.Servers;
using Xunit.Abstractions;

namespace Paas.EndToEnd.Tests;

/// <summary>
/// <c>install.sh</c> on this very host: install, upgrade, remove, and nothing is left. Refuses to touch a Paas that is installed already.
/// </summary>
[Collection(ServerCollection.Name)]
public sealed class InstallTests(ITestOutputHelper output)
{
    private const string Data = "/var/lib/paas";

    private static readonly string[] Ours = ["/opt/paas", "/etc/paas", Data, "/run/paas", "/run/paas-router", "/var/log/paas", "/usr/local/bin/paas"];

    private readonly string _httpPort = Ports.Free().ToString(CultureInfo.InvariantCulture);
    private readonly string _httpsPort = Ports.Free().ToString(CultureInfo.InvariantCulture);

    [RootFact]
    public async Task It_installs_deploys_upgrades_without_stopping_apps_and_leaves_nothing()
    {
        Assert.All(Ours, path => Assert.False(Path.Exists(path), $"{path} exists: Paas is installed on this host; this test would remove it"));
        Directory.CreateDirectory(Data);
        await TestStack.CopyIntoAsync(Data);
        try
        {
            var install = (await InstallAsync("--from", Programs.Root, "--http-port", _httpPort, "--https-port", _httpsPort, "--demo")).Succeeded();
            Assert.Contains($"http://demo.localhost:{_httpPort}", install.Stdout, StringComparison.Ordinal);
            Assert.Contains($"http://paas.localhost:{_httpPort}", install.Stdout, StringComparison.Ordinal);
            Assert.Contains("Hello from web.1", install.Stdout, StringComparison.Ordinal);
            var before = await PidsAsync();

            // Ports and domain are remembered, and the sample app is somebody's own now.
            var upgrade = (await InstallAsync("--from", Programs.Root, "--demo")).Succeeded();
            Assert.Contains("left as it is", upgrade.Stdout, StringComparison.Ordinal);
            output.WriteLine($"measured: upgrade in place {upgrade.Elapsed.TotalSeconds:F1} s");
            using var visitor = new Visitor(int.Parse(_httpPort, CultureInfo.InvariantCulture));
            Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync("demo.localhost")).Status);
            Assert.Equal(before, await PidsAsync());
            Assert.True(Directory.Exists($"{Data}/logs/demo/router"), "the router has nowhere to write its access log");
        }
        finally
        {
            var removal = await InstallAsync("--uninstall", "--purge");
            output.WriteLine(removal.ToString());
        }

        Assert.All(Ours, path => Assert.False(Path.Exists(path), $"{path} is left"));
        Assert.False(Directory.Exists("/sys/class/net/paas0"), "the bridge is left");
        Assert.DoesNotContain("/paas/", await File.ReadAllTextAsync("/proc/self/mounts"), StringComparison.Ordinal);
        Assert.DoesNotContain("table inet paas\n", (await new Command("nft", "list", "tables").RunAsync()).Stdout, StringComparison.Ordinal);
        Assert.Equal("", (await new Command("find", "/sys/fs/cgroup", "-maxdepth", "3", "-name", "paas").RunAsync()).Stdout);
        Assert.NotEqual(0, (await new Command("pgrep", "-f", "^/opt/paas/").RunAsync()).ExitCode);
        Assert.NotEqual(0, (await new Command("getent", "passwd", "paas-router").RunAsync()).ExitCode);
        Assert.NotEqual(0, (await new Command("getent", "passwd", "paas").RunAsync()).ExitCode);
    }

    [RootFact]
    public async Task A_taken_port_is_named_with_its_owner()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        var install = await InstallAsync("--from", Programs.Root, "--http-port", port, "--https-port", _httpsPort);
        Assert.NotEqual(0, install.ExitCode);
        Assert.Contains($"port {port} is taken by", install.Stderr, StringComparison.Ordinal);
        Assert.Contains($"pid {Environment.ProcessId}", install.Stderr, StringComparison.Ordinal);
        Assert.False(Directory.Exists("/opt/paas"), "something was installed all the same");
    }

    [RootFact]
    public async Task Without_an_SDK_it_says_what_to_do()
    {
        using var bin = new TemporaryDirectory();
        foreach (var program in new[] { "/usr/bin", "/bin", "/usr/sbin", "/sbin" }.SelectMany(Directory.EnumerateFiles))
        {
            var link = bin.Combine(Path.GetFileName(program));
            if (Path.GetFileName(program) != "dotnet" && !Path.Exists(link)) File.CreateSymbolicLink(link, program);
        }

        var install = await (Install("--http-port", _httpPort, "--https-port", _httpsPort) with { Environment = new Dictionary<string, string?> { ["PATH"] = bin.Path } }).RunAsync();
        Assert.NotEqual(0, install.ExitCode);
        Assert.Contains("dotnet-sdk-10.0", install.Stderr, StringComparison.Ordinal);
        Assert.Contains("--from", install.Stderr, StringComparison.Ordinal);
    }

    private static Task<CommandResult> InstallAsync(params IReadOnlyList<string> arguments) => Install(arguments).RunAsync();

    private static Command Install(params IReadOnlyList<string> arguments) =>
        new("/bin/bash", [Path.Combine(Repository.Root, "install.sh"), .. arguments]) { Timeout = TimeSpan.FromMinutes(10) };

    private static async Task<IReadOnlyList<int?>> PidsAsync()
    {
        var result = (await new Command("/usr/local/bin/paas", "ps", "-a", "demo", "--json").RunAsync()).Succeeded();
        return [.. JsonSerializer.Deserialize(result.Stdout, ApiJsonContext.Default.IReadOnlyListInstanceDocument)!.Select(instance => instance.Pid)];
    }
}
