using System.Diagnostics;
using Paas.Build.Choosing;
using Paas.Build.Lifecycle;
using Paas.Contracts.Supervision;
using Paas.Node;
using Paas.Testing;

namespace Paas.Build.Tests.Apps;

/// <summary>A copy of a sample that is built and run on a <see cref="BuildNode"/>.</summary>
internal sealed class TestApp : IDisposable
{
    private readonly BuildNode _node;
    private readonly TemporaryDirectory _directory = new();
    private readonly string _cache;
    private int _builds;

    /// <param name="node">Where it is built.</param>
    /// <param name="sample">Directory of tests/apps that is copied; null starts empty.</param>
    /// <param name="warm">True shares its cache with the other warm apps, so that Node.js is not fetched by each.</param>
    public TestApp(BuildNode node, string? sample = null, bool warm = false)
    {
        _node = node;
        Name = warm ? "warm" : "t" + Guid.NewGuid().ToString("N")[..8];
        _cache = warm ? Path.Combine(_node.Directory, "cache") : _directory.Combine("cache");
        Directory.CreateDirectory(Source);
        if (sample is not null) Shell($"cp -R {Path.Combine(Repository.Root, "tests/apps", sample)}/. .");
    }

    public string Name { get; }

    /// <summary>The buildpacks that are set for it.</summary>
    public IReadOnlyList<BuildpackSource> Buildpacks { get; set; } = [];

    /// <summary>What the last build found out about buildpacks.</summary>
    public DetectReport? Report { get; private set; }

    public string Source => _directory.Combine("source");

    /// <summary>The lines of the last build.</summary>
    public IReadOnlyList<string> Output { get; private set; } = [];

    public string Text => string.Join('\n', Output);

    public TimeSpan Took { get; private set; }

    public void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(Source, path))!);
        File.WriteAllText(Path.Combine(Source, path), text);
    }

    /// <summary>Copies a directory of tests/buildpacks into the source.</summary>
    public void Copy(string buildpack, string path) => Shell($"mkdir -p {path} && cp -R {BuildpackOfTests(buildpack)}/. {path}");

    /// <summary>A directory of tests/buildpacks.</summary>
    public static string BuildpackOfTests(string name) => Path.Combine(Repository.Root, "tests/buildpacks", name);

    /// <summary>Builds what is in the source directory.</summary>
    public async Task<BuildOutcome> BuildAsync(
        BuildOptions? options = null, IReadOnlyDictionary<string, string>? env = null, Action<string>? onLine = null, CancellationToken ct = default)
    {
        Shell("tar --owner=0 --group=0 --mtime=2025-06-01 --sort=name -cf ../source.tar .");
        var lines = new List<string>();
        Output = lines;
        var config = new BuildConfig(
            Name, ++_builds, _directory.Combine("source.tar"), env ?? new Dictionary<string, string>(), _directory.Combine("work"), _cache)
        {
            Buildpacks = Buildpacks, Commit = "0123456789abcdef", Branch = "main", Explained = report => Report = report,
        };
        var clock = Stopwatch.StartNew();
        try
        {
            return await new AppBuilder(options ?? _node.Options, _node.Images, _node.Host, TimeProvider.System).BuildAsync(
                config,
                line =>
                {
                    lines.Add(line);
                    onLine?.Invoke(line);
                },
                ct);
        }
        finally
        {
            Took = clock.Elapsed;
            Assert.False(Directory.Exists(_directory.Combine("work")), "the build's directory is left");
        }
    }

    /// <summary>Starts a process of an image, hands its address to the test, and removes it.</summary>
    public async Task RunAsync(BuildOutcome outcome, string type, Func<HttpClient, Task> test)
    {
        var id = $"{Name}-{type}-{_builds}";
        var observed = await _node.Host.StartAsync(
            new ContainerConfig
            {
                Id = id,
                App = Name,
                Name = $"{type}.1",
                Image = outcome.Image,
                Args = ["/bin/sh", "-c", outcome.Processes[type]],
                ProcessType = type,
                Env = new Dictionary<string, string> { ["PORT"] = "5000" },
                Restart = new RestartPolicy(RestartMode.Never),
            },
            default);
        try
        {
            using var client = new HttpClient { BaseAddress = new Uri($"http://{observed.State!.Address}:5000") };
            await test(client);
        }
        finally
        {
            await _node.Host.RemoveAsync(id, default);
        }
    }

    /// <summary>Runs a command in an image, or one of its processes, and gives what it said and its exit status.</summary>
    public async Task<(int Status, string Output)> RunAsync(BuildOutcome outcome, string? type, params string[] command)
    {
        using var said = new MemoryStream();
        var status = await _node.Host.RunAsync(
            new ContainerConfig
            {
                Id = $"{Name}-run-{Guid.NewGuid():N}",
                App = Name,
                Name = "run.1",
                Image = outcome.Image,
                Args = type is null ? command : ["/bin/sh", "-c", outcome.Processes[type]],
                ProcessType = type,
                Restart = new RestartPolicy(RestartMode.Never),
            },
            new RunStreams(null, said, said),
            default);
        return (status.Status, System.Text.Encoding.UTF8.GetString(said.ToArray()));
    }

    /// <summary>The page, once the process listens.</summary>
    public static async Task<string> GetAsync(HttpClient client, string path = "/")
    {
        var deadline = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return await client.GetStringAsync(new Uri(path, UriKind.Relative));
            }
            catch (HttpRequestException error) when (error.StatusCode is null && deadline.Elapsed < TimeSpan.FromSeconds(20))
            {
                await Task.Delay(20);
            }
        }
    }

    public void Dispose() => _directory.Dispose();

    private void Shell(string script)
    {
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-ec", script]) { WorkingDirectory = Source })!;
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
    }
}
