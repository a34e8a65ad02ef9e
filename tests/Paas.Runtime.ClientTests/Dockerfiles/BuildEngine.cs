using Paas.Build;
using Paas.Build.Dockerfiles.Building;
using Paas.Build.Host;
using Paas.Images;
using Paas.Images.Layers;
using Paas.Images.Snapshots;
using Paas.Node;
using Paas.Oci.Images;
using Paas.Runtime.ClientTests.Docker;
using Paas.Runtime.ClientTests.Host;
using Paas.Testing;

namespace Paas.Runtime.ClientTests.Dockerfiles;

/// <summary>The distribution's <c>docker build</c> beside ours, both with the same base image.</summary>
public sealed class BuildEngine : DockerEngine
{
    private readonly TemporaryDirectory _directory = new();
    private int _builds;

    public ImageStore Images { get; private set; } = null!;

    public ContainerHost Node { get; private set; } = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        if (!Environment.IsPrivilegedProcess) return;
        Images = new ImageStore(new ContentStore(_directory.Combine("images")), new Snapshotter(_directory.Combine("snapshots")));
        Node = new ContainerHost(
            new NodeOptions
            {
                RuntimePath = Programs.Runtime, DataDirectory = _directory.Combine("data"), RunDirectory = _directory.Combine("run"),
                Bridge = "ptdockerfile0", Subnet = "10.217.79.0/24", CgroupParent = "/paas-test-dockerfile", BuildPriority = BuildPriority.Normal, RouterPorts = [18_079],
            },
            Images, TimeProvider.System);
        await Node.PrepareHostAsync(CancellationToken.None);
        var layer = await Images.Content.WriteAsync(BusyboxImage.Layer, MediaTypes.Layer, CancellationToken.None);
        var builder = ImageBuilder.From(Images, null).AddLayer(layer, layer.Digest, "busybox");
        builder.Env["PATH"] = "/bin";
        builder.Command = ["sh"];
        Images.Content.SetReference("docker.io/library/busybox:latest", (await builder.CommitAsync(CancellationToken.None)).Descriptor);
    }

    public override async Task DisposeAsync()
    {
        if (Node is not null)
        {
            await Node.ReleaseHostAsync(CancellationToken.None);
            await Node.DisposeAsync();
        }

        await base.DisposeAsync();
        _directory.Dispose();
    }

    /// <summary>What docker makes of a context, or the end of what it says where it fails.</summary>
    public async Task<(ImageTree? Image, string Error)> BuildWithDockerAsync(string context)
    {
        var name = $"case-{Interlocked.Increment(ref _builds)}";
        var built = await DockerAsync("build", "--tag", name, context);
        if (built.ExitCode != 0) return (null, built.Output);
        var archive = $"/run/{name}.tar";
        (await DockerAsync("save", "--output", archive, name)).Succeeded();
        var tree = await ImageTree.OfArchiveAsync(Host.PathOf(archive));
        (await DockerAsync("rmi", name)).Succeeded();
        File.Delete(Host.PathOf(archive));
        return (tree, "");
    }

    /// <summary>Gives our builder base images of one root filesystem.</summary>
    public async Task AddBaseAsync(string rootArchive, IEnumerable<string> names)
    {
        var layer = await Images.Content.WriteAsync(await File.ReadAllBytesAsync(rootArchive), MediaTypes.Layer, CancellationToken.None);
        var builder = ImageBuilder.From(Images, null).AddLayer(layer, layer.Digest, "base");
        builder.Env["PATH"] = "/bin";
        builder.Command = ["sh"];
        var image = await builder.CommitAsync(CancellationToken.None);
        foreach (var name in names) Images.Content.SetReference(name, image.Descriptor);
    }

    /// <summary>What we make of it; the context is changed.</summary>
    public async Task<(ImageTree? Image, string Error)> BuildAsync(string context, Func<DockerfileBuildConfig, DockerfileBuildConfig>? change = null)
    {
        var work = Directory.CreateDirectory(_directory.Combine($"work-{Interlocked.Increment(ref _builds)}")).FullName;
        var options = new BuildOptions { BuildpacksDirectory = "/none", LauncherPath = Programs.Launcher, Egress = HostEgress.None };
        try
        {
            var config = new DockerfileBuildConfig { App = "case", Number = _builds, ContextDirectory = context, WorkDirectory = work, CacheDirectory = _directory.Combine("cache") };
            var outcome = await new DockerfileBuilder(options, Images, Node, TimeProvider.System).BuildAsync(change?.Invoke(config) ?? config, _ => { }, CancellationToken.None);
            return (await ImageTree.OfLayersAsync(outcome.Image.Manifest.Layers.Select(layer => Images.Content.PathOf(layer.Digest)), outcome.Image.Config), "");
        }
        catch (BuildException error)
        {
            return (null, error.Message);
        }
    }
}

[CollectionDefinition(Name)]
public sealed class BuildCollection : ICollectionFixture<BuildEngine>
{
    public const string Name = "docker build";
}
