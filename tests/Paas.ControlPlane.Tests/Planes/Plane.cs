using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Paas.Build;
using Paas.Build.Lifecycle;
using Paas.Contracts.Api;
using Paas.ControlPlane.Builds;
using Paas.ControlPlane.Reconcile;
using Paas.Oci;

namespace Paas.ControlPlane.Tests.Planes;

/// <summary>A whole control plane on real files, SQLite and Quartz, with a node and a builder of the test's.</summary>
internal sealed class Plane : IAsyncDisposable
{
    private readonly IHost _host;

    private Plane(IHost host) => _host = host;

    internal IPlatform Platform => Get<IPlatform>();

    internal static ControlPlaneOptions Options(string directory) => new()
    {
        DataDirectory = Path.Combine(directory, "data"),
        RunDirectory = directory,
        ProgramsDirectory = "/opt/paas",
        HttpPort = 8080,
        CheckTimeout = TimeSpan.FromSeconds(1.5),
        UptimeCheck = TimeSpan.FromMilliseconds(200),
        DrainTimeout = TimeSpan.FromSeconds(5),
        RouterTimeout = TimeSpan.FromSeconds(3),
        DiskReserveBytes = 0,
    };

    internal static Task<Plane> StartAsync(ControlPlaneOptions options, LoopbackNode node, TestBuilder builder) => StartAsync(options, node, builder.BuildAsync);

    internal static async Task<Plane> StartAsync(ControlPlaneOptions options, LoopbackNode node, BuildApp build, FindBuildInputs? inputs = null)
    {
        var host = new HostBuilder().ConfigureServices(services =>
        {
            services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning).AddSimpleConsole());
            services.AddSingleton<INode>(node);
            services.AddSingleton(build);
            if (inputs is not null) services.AddSingleton(inputs);
            services.AddControlPlane(options);
        }).Build();
        await host.StartAsync();
        return new Plane(host);
    }

    internal T Get<T>()
        where T : notnull => _host.Services.GetRequiredService<T>();

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        if (_host is IAsyncDisposable host) await host.DisposeAsync();
        else _host.Dispose();
    }
}

/// <summary>A builder whose images are only names. The source is the Procfile, or a tar with one: what the test submits says what the app does.</summary>
internal sealed class TestBuilder
{
    private readonly Lock _lock = new();

    internal List<BuildConfig> Builds { get; } = [];

    /// <summary>What each build finds out about buildpacks.</summary>
    internal DetectReport? Report { get; set; }

    /// <summary>Builds wait for it.</summary>
    internal Task Gate { get; set; } = Task.CompletedTask;

    internal async Task<BuildOutcome> BuildAsync(BuildConfig config, Action<string> output, CancellationToken ct)
    {
        lock (_lock) Builds.Add(config);
        output($"-----> Building {config.App}");
        if (Report is { } report) config.Explained?.Invoke(report);
        var source = await ProcfileAsync(config.SourceTarPath, ct);
        await Gate.WaitAsync(ct);
        if (source.StartsWith("tells", StringComparison.Ordinal))
        {
            foreach (var (name, value) in config.Env) output($"       {name} is {value}");
            throw new BuildException($"it failed with {string.Join(' ', config.Env.Values)}");
        }

        if (source.StartsWith("broken", StringComparison.Ordinal)) throw new BuildException("npm install failed with exit status 1", "Run npm install yourself to see it.");
        var processes = source.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(": ", 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        return new BuildOutcome(Digest.Compute(System.Text.Encoding.UTF8.GetBytes(source)), processes, 1_234_000)
        {
            Reuse = "1 layer new (1 kB), 2 layers reused",
            Times = new BuildTimes([new PhaseTime("detect", TimeSpan.FromSeconds(1)), new PhaseTime("restore", TimeSpan.Zero), new PhaseTime("build", TimeSpan.FromSeconds(2))], TimeSpan.FromSeconds(2.5)),
        };
    }

    // Of a source that is a tar, which brings more than that.
    private static async Task<string> ProcfileAsync(string path, CancellationToken ct)
    {
        try
        {
            await using var tar = new System.Formats.Tar.TarReader(File.OpenRead(path));
            while (await tar.GetNextEntryAsync(copyData: true, ct) is { } entry)
            {
                if (entry.Name == "Procfile") return await new StreamReader(entry.DataStream!).ReadToEndAsync(ct);
            }
        }
        catch (Exception error) when (error is InvalidDataException or EndOfStreamException)
        {
            // It is one itself.
        }

        return await File.ReadAllTextAsync(path, ct);
    }
}
