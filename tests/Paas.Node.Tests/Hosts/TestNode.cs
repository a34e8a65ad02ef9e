using System.Net;
using System.Net.Sockets;
using System.Text;
using Paas.Contracts.Supervision;
using Paas.Images;
using Paas.Images.Layers;
using Paas.Images.Snapshots;
using Paas.Linux.Netlink;
using Paas.Testing;

namespace Paas.Node.Tests.Hosts;

/// <summary>
/// A node of the tests' own beside any other on this host: own directories, bridge, subnet, control group, firewall table, with
/// an image of busybox.
/// </summary>
public sealed class TestNode : IAsyncLifetime
{
    public const string Bridge = "ptnode0";
    public const string Gateway = "198.18.77.1";
    public const string CgroupParent = "/paas-test-node";
    public const string BuildsCgroup = "/paas-test-node_builds";
    public const int RouterPort = 18_077;

    private readonly TemporaryDirectory _directory = new();

    public NodeOptions Options { get; private set; } = null!;

    public ImageStore Images { get; private set; } = null!;

    public ContainerHost Host { get; private set; } = null!;

    public Image Busybox { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        // Without root every test of this fixture is skipped.
        if (!Environment.IsPrivilegedProcess) return;
        Options = new NodeOptions
        {
            RuntimePath = Programs.Runtime,
            DataDirectory = _directory.Combine("data"),
            RunDirectory = _directory.Combine("run"),
            Bridge = Bridge,
            Subnet = "198.18.77.0/24",
            CgroupParent = CgroupParent,
            RouterPorts = [RouterPort],
        };
        Images = new ImageStore(new ContentStore(_directory.Combine("data", "images")), new Snapshotter(_directory.Combine("data", "snapshots")));
        Busybox = await BuildBusyboxAsync();
        Host = NewHost();
        await Host.PrepareHostAsync(CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        if (Host is not null)
        {
            foreach (var container in await Host.ListAsync(CancellationToken.None)) await Host.RemoveAsync(container.Id, CancellationToken.None);
            await Host.ReleaseHostAsync(CancellationToken.None);
            await Host.DisposeAsync();
        }

        _directory.Dispose();
    }

    /// <summary>Another node over the same directories, as after a restart of the daemon.</summary>
    public ContainerHost NewHost() => new(Options, Images, TimeProvider.System);

    /// <summary>A container of busybox that does this in a shell.</summary>
    public ContainerConfig Shell(string id, string script) => new()
    {
        Id = id,
        App = "test",
        Name = "web.1",
        Image = Busybox.Digest,
        Args = ["sh", "-c", script],
        Labels = new Dictionary<string, string> { ["app"] = "test", ["id"] = id },
        Restart = new RestartPolicy(RestartMode.Always, FirstDelayMilliseconds: 50),
    };

    /// <summary>A container that serves one page on port 5000.</summary>
    public ContainerConfig WebServer(string id) =>
        Shell(id, "mkdir -p /tmp/www && echo page-of-" + id + " > /tmp/www/index.html && exec httpd -f -p 5000 -h /tmp/www");

    /// <summary>Runs a container to its end and collects what it says.</summary>
    public async Task<(int Status, string Output, string Error)> RunAsync(ContainerConfig config, string? input = null, CancellationToken ct = default)
    {
        using var output = new MemoryStream();
        using var error = new MemoryStream();
        using var stdin = input is null ? null : new MemoryStream(Encoding.UTF8.GetBytes(input));
        var (status, _) = await Host.RunAsync(config, new RunStreams(stdin, output, error), ct);
        return (status, Encoding.UTF8.GetString(output.ToArray()), Encoding.UTF8.GetString(error.ToArray()));
    }

    /// <summary>The page at an address; null when nobody answers.</summary>
    public static async Task<string?> GetAsync(string address, int port = 5000)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        try
        {
            return await client.GetStringAsync(new Uri($"http://{address}:{port}/index.html"));
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return null;
        }
    }

    public static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        var deadline = Environment.TickCount64 + 20_000;
        while (!await condition())
        {
            Assert.True(Environment.TickCount64 < deadline, $"not within 20 s: {what}");
            await Task.Delay(10);
        }
    }

    /// <summary>Whatever is left of a container anywhere on the host.</summary>
    public IReadOnlyList<string> Traces(string id)
    {
        var found = new List<string>();
        void Look(string path)
        {
            if (Path.Exists(path)) found.Add(path);
        }

        Look(Path.Combine(Options.DataDirectory, "containers", id));
        Look(Path.Combine(Options.RunDirectory, "c", id + ".sock"));
        Look(Path.Combine(Options.RunDirectory, "runtime", id));
        foreach (var hierarchy in Directory.EnumerateDirectories("/sys/fs/cgroup").Prepend("/sys/fs/cgroup"))
        {
            foreach (var group in (string[])[CgroupParent + "/apps", BuildsCgroup]) Look($"{hierarchy}{group}/{id}");
        }

        found.AddRange(Images.Snapshotter.Keys().Where(key => key == "container-" + id));
        found.AddRange(ProcessesOf(id).Select(pid => $"process {pid}"));
        return found;
    }

    /// <summary>The interfaces on the bridge.</summary>
    public static IReadOnlyList<string> Ports()
    {
        using var netlink = RtNetlink.Open();
        var bridge = netlink.Find(Bridge) ?? -1;
        return [.. netlink.List().Where(link => link.Master == bridge).Select(link => link.Name)];
    }

    /// <summary>Supervisors and runtimes that work at a container.</summary>
    public IReadOnlyList<int> ProcessesOf(string id)
    {
        var bundle = Path.Combine(Options.DataDirectory, "containers", id);
        return [.. Directory.EnumerateDirectories("/proc")
            .Select(path => int.TryParse(Path.GetFileName(path), out var pid) ? pid : 0)
            .Where(pid => pid > 0 && Arguments(pid).Contains(bundle))];
    }

    public static TcpListener Listen(string address, int port)
    {
        var listener = new TcpListener(IPAddress.Parse(address), port);
        listener.Start();
        return listener;
    }

    private static string[] Arguments(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Split('\0');
        }
        catch (IOException)
        {
            return [];
        }
    }

    /// <summary>An image upon that of busybox: each of the layers writes a file of its own in <c>/layers</c>, and <c>last</c> anew.</summary>
    public async Task<Image> LayersAsync(int layers)
    {
        var builder = ImageBuilder.From(Images, Busybox);
        for (var i = 1; i <= layers; i++)
        {
            var root = _directory.Combine($"layer-{layers}-{i}");
            Directory.CreateDirectory(Path.Combine(root, "layers"));
            foreach (var name in (string[])[$"{i}", "last"]) await File.WriteAllTextAsync(Path.Combine(root, "layers", name), $"{i}\n");
            builder.AddLayer(await LayerWriter.WriteDirectoryAsync(Images.Content, root, new LayerOptions(), CancellationToken.None), $"layer {i}");
        }

        return await builder.CommitAsync(CancellationToken.None);
    }

    private async Task<Image> BuildBusyboxAsync()
    {
        var root = Directory.CreateDirectory(_directory.Combine("busybox")).FullName;
        foreach (var directory in (string[])["bin", "etc", "tmp"]) Directory.CreateDirectory(Path.Combine(root, directory));
        File.SetUnixFileMode(Path.Combine(root, "tmp"), (UnixFileMode)0x3ff);
        File.Copy("/bin/busybox", Path.Combine(root, "bin", "busybox"));
        foreach (var applet in (string[])["sh", "httpd", "cat", "echo", "id", "sleep", "mkdir", "wget", "nc", "kill", "head", "ls", "stat", "touch", "mount", "hostname", "nslookup", "ps", "ip"])
        {
            File.CreateSymbolicLink(Path.Combine(root, "bin", applet), "busybox");
        }

        await File.WriteAllTextAsync(Path.Combine(root, "etc", "passwd"), "root:x:0:0:root:/:/bin/sh\npaas:x:1000:1000::/tmp:/bin/sh\n");
        await File.WriteAllTextAsync(Path.Combine(root, "etc", "group"), "root:x:0:\npaas:x:1000:\n");
        var layer = await LayerWriter.WriteDirectoryAsync(Images.Content, root, new LayerOptions(), CancellationToken.None);
        var builder = ImageBuilder.From(Images, null).AddLayer(layer, "busybox");
        builder.User = "paas";
        builder.Env["PATH"] = "/bin";
        return await builder.CommitAsync(CancellationToken.None);
    }
}
