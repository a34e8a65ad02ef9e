using Paas.Build.Host;
using Paas.Images;
using Paas.Images.Snapshots;
using Paas.Node;
using Paas.Testing;
using Paas.Testing.Servers;

namespace Paas.Build.Tests.Apps;

/// <summary>The tests that share a <see cref="BuildNode"/>, one at a time: its bridge and its control groups are one.</summary>
[CollectionDefinition(Name)]
public sealed class BuildNodeCollection : ICollectionFixture<BuildNode>
{
    public const string Name = "a node to build on";
}

/// <summary>A node of these tests' own with the stack in its store.</summary>
public sealed class BuildNode : IAsyncLifetime
{
    /// <summary>Given to builds as a proxy exception: must be found nowhere in an image.</summary>
    public const string Marker = "marker-of-this-host.invalid";

    /// <summary>This machine's address on the node's bridge.</summary>
    public const string Gateway = "10.217.78.1";

    private readonly TemporaryDirectory _directory = new();

    public ImageStore Images { get; private set; } = null!;

    public ContainerHost Host { get; private set; } = null!;

    public BuildOptions Options { get; private set; } = null!;

    public string Directory => _directory.Path;

    public async Task InitializeAsync()
    {
        // Without root every test of this fixture is skipped.
        if (!Environment.IsPrivilegedProcess) return;
        var data = System.IO.Directory.CreateDirectory(_directory.Combine("data")).FullName;
        await TestStack.CopyIntoAsync(data);
        Images = new ImageStore(new ContentStore(Path.Combine(data, "images")), new Snapshotter(Path.Combine(data, "images", "snapshots")));
        var options = new NodeOptions
        {
            RuntimePath = Programs.Runtime,
            DataDirectory = data,
            RunDirectory = _directory.Combine("run"),
            Bridge = "ptbuild0",
            Subnet = "10.217.78.0/24",
            CgroupParent = "/paas-test-build",
            BuildPriority = BuildPriority.Normal,
            RouterPorts = [18_078],
        };
        Host = new ContainerHost(options, Images, TimeProvider.System);
        await Host.PrepareHostAsync(CancellationToken.None);
        var egress = HostEgressProbe.ThisHost();
        var env = new Dictionary<string, string>(egress.Env);
        foreach (var name in (string[])["no_proxy", "NO_PROXY"]) env[name] = $"{env.GetValueOrDefault(name)},{Marker}".TrimStart(',');
        Options = new BuildOptions
        {
            BuildpacksDirectory = Path.Combine(Repository.Root, "buildpacks"),
            LauncherPath = Programs.Launcher,
            Egress = egress with { Env = env },
        };
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
}
