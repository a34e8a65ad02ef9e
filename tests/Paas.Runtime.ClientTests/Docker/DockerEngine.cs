using System.Globalization;
using Paas.Runtime.ClientTests.Host;
using Paas.Testing;

namespace Paas.Runtime.ClientTests.Docker;

/// <summary>A dockerd on a machine of its own whose default runtime is the one under test.</summary>
public class DockerEngine : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private const string Log = "/var/log/dockerd.log";

    private int _names;

    public EngineHost Host { get; private set; } = null!;

    /// <summary>What the daemon is configured with besides its runtime: members of daemon.json.</summary>
    protected virtual string Settings => "";

    public virtual async Task InitializeAsync()
    {
        if (!Environment.IsPrivilegedProcess) return;
        Host = await EngineHost.StartAsync();
        await PrepareAsync();
        await Host.WriteAsync("/etc/docker/daemon.json", $$$"""
            {"runtimes": {"under-test": {"path": "{{{RuntimeUnderTest.Program}}}"}}, "default-runtime": "under-test"{{{Settings}}}}
            """);
        await StartDaemonAsync();
        await File.WriteAllBytesAsync(Host.PathOf("/run/busybox.tar"), BusyboxImage.Layer);
        (await DockerAsync("import", "--change", "ENV PATH=/bin", "--change", "CMD [\"sh\"]", "/run/busybox.tar", "busybox")).Succeeded();
    }

    public virtual async Task DisposeAsync()
    {
        if (Host is not null) await Host.DisposeAsync();
    }

    public async Task StartDaemonAsync()
    {
        await Host.StartDaemonAsync(Log, "dockerd");
        try
        {
            await Eventually.TrueAsync("dockerd answers", Patience, async () => (await DockerAsync("version")).ExitCode == 0);
        }
        catch (TimeoutException e)
        {
            throw new InvalidOperationException($"dockerd does not start:\n{await Host.ReadAsync(Log)}", e);
        }
    }

    /// <summary>Kills the daemon at once, as a crash would; its containers are left to containerd.</summary>
    public async Task KillDaemonAsync()
    {
        var pid = (await Host.ReadAsync("/run/docker.pid")).Trim();
        (await Host.RunAsync("kill", "-KILL", pid)).Succeeded();
        await Eventually.TrueAsync("dockerd has ended", Patience, async () => (await Host.RunAsync("kill", "-0", pid)).ExitCode != 0);
    }

    public Task<CommandResult> DockerAsync(params IReadOnlyList<string> arguments) => Host.RunAsync(["/usr/bin/docker", .. arguments]);

    /// <summary><c>docker run --rm</c> with the image of busybox after the options.</summary>
    public Task<CommandResult> RunAsync(string[] options, params string[] command) => DockerAsync(["run", "--rm", .. options, "busybox", .. command]);

    /// <summary><c>docker run --detach</c>; the container's name.</summary>
    public async Task<string> StartAsync(string[] options, params string[] command)
    {
        var name = NewName();
        (await DockerAsync(["run", "--detach", "--name", name, .. options, "busybox", .. command])).Succeeded();
        return name;
    }

    public string NewName() => $"container-{Interlocked.Increment(ref _names)}";

    public async Task<string> InspectAsync(string container, string format) =>
        (await DockerAsync("inspect", "--format", format, container)).Succeeded().Stdout.Trim();

    public Task<string> StatusAsync(string container) => InspectAsync(container, "{{.State.Status}}");

    /// <summary>The container's first process, as the engine's machine counts.</summary>
    public async Task<int> PidAsync(string container) => int.Parse(await InspectAsync(container, "{{.State.Pid}}"), CultureInfo.InvariantCulture);

    /// <summary>What has to be there before the daemon starts.</summary>
    protected virtual Task PrepareAsync() => Task.CompletedTask;
}

/// <summary>The tests that share one daemon.</summary>
[CollectionDefinition(Name)]
public sealed class DockerCollection : ICollectionFixture<DockerEngine>
{
    public const string Name = "docker";
}
