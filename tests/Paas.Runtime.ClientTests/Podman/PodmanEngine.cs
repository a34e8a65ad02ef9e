using System.Globalization;
using Paas.Runtime.ClientTests.Host;
using Paas.Testing;

namespace Paas.Runtime.ClientTests.Podman;

/// <summary>Podman, and Buildah beside it, on a machine of their own whose runtime is the one under test.</summary>
public sealed class PodmanEngine : IAsyncLifetime
{
    private int _names;

    public EngineHost Host { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        if (!Environment.IsPrivilegedProcess) return;
        Host = await EngineHost.StartAsync();
        await Host.WriteAsync("/etc/containers/containers.conf", $"""
            [engine]
            runtime = "under-test"
            runtime_supports_json = ["under-test"]
            cgroup_manager = "cgroupfs"
            events_logger = "file"
            init_path = "/usr/bin/tini-static"
            [engine.runtimes]
            under-test = ["{RuntimeUnderTest.Program}"]
            """);
        await Host.WriteAsync("/etc/containers/policy.json", """{"default": [{"type": "insecureAcceptAnything"}]}""");
        await File.WriteAllBytesAsync(Host.PathOf("/run/busybox.tar"), BusyboxImage.Archive);
        (await PodmanAsync("load", "--input", "/run/busybox.tar")).Succeeded();
    }

    public async Task DisposeAsync()
    {
        if (Host is not null) await Host.DisposeAsync();
    }

    public Task<CommandResult> PodmanAsync(params IReadOnlyList<string> arguments) => Host.RunAsync(["/usr/bin/podman", .. arguments]);

    public Task<CommandResult> BuildahAsync(params IReadOnlyList<string> arguments) => Host.RunAsync(["/usr/bin/buildah", .. arguments]);

    /// <summary><c>podman run --rm</c> with the image of busybox after the options.</summary>
    public Task<CommandResult> RunAsync(string[] options, params string[] command) =>
        PodmanAsync(["run", "--rm", .. options, BusyboxImage.Name, .. command]);

    /// <summary><c>podman run --detach</c>; the container's name.</summary>
    public async Task<string> StartAsync(string[] options, params string[] command)
    {
        var name = NewName();
        (await PodmanAsync(["run", "--detach", "--name", name, .. options, BusyboxImage.Name, .. command])).Succeeded();
        return name;
    }

    public string NewName() => $"container-{Interlocked.Increment(ref _names)}";

    public async Task<string> InspectAsync(string container, string format) =>
        (await PodmanAsync("inspect", "--format", format, container)).Succeeded().Stdout.Trim();

    /// <summary>The container's first process, as the engine's machine counts.</summary>
    public async Task<int> PidAsync(string container) => int.Parse(await InspectAsync(container, "{{.State.Pid}}"), CultureInfo.InvariantCulture);

    public async Task RemoveAsync(string name) => (await PodmanAsync("rm", "--force", "--time", "0", name)).Succeeded();
}

/// <summary>The tests that share one machine.</summary>
[CollectionDefinition(Name)]
public sealed class PodmanCollection : ICollectionFixture<PodmanEngine>
{
    public const string Name = "podman";
}
