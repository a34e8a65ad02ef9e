using Paas.Build;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.ControlPlane.Cleanup;
using Paas.Images;
using Paas.Oci;
using Paas.Testing;
using Xunit.Abstractions;

namespace Paas.ControlPlane.Tests.Planes;

/// <summary>Garbage collection under a platform that deploys, on a filesystem that is too small for everything ever deployed.</summary>
public sealed class CleanupTests(ITestOutputHelper output) : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private ControlPlaneOptions _options = null!;
    private LoopbackNode _node = null!;
    private TestRouter _router = null!;
    private Plane _plane = null!;
    private bool _mounted;
    private int _layerBytes;

    private static bool Soak => Environment.GetEnvironmentVariable("PAAS_SOAK") is not null;

    private ContentStore Content => _plane.Get<ContentStore>();

    public async Task InitializeAsync()
    {
        _options = Plane.Options(_directory.Path) with { ReleaseRetention = 3, DiskReserveBytes = 4 << 20 };
        Directory.CreateDirectory(_options.DataDirectory);
        if (!Environment.IsPrivilegedProcess) return;
        (await new Command("mount", "-t", "tmpfs", "-o", $"size={(Soak ? 2048 : 64)}m", "paas-test", _options.DataDirectory).RunAsync()).Succeeded();
        _mounted = true;
        _layerBytes = Soak ? 40 << 20 : 2 << 20;
        _node = new LoopbackNode(Path.Combine(_options.DataDirectory, "logs"));
        _router = await TestRouter.StartAsync(Path.Combine(_directory.Path, "router.sock"));
        await StartAsync();
    }

    public async Task DisposeAsync()
    {
        if (_mounted)
        {
            await _plane.DisposeAsync();
            await _router.DisposeAsync();
            _node.Dispose();
            // SQLite's pools may hold files a little longer; they go with the filesystem.
            (await new Command("umount", "--lazy", _options.DataDirectory).RunAsync()).Succeeded();
        }

        _directory.Dispose();
    }

    [RootFact]
    public async Task Many_deployments_on_a_small_disk_never_fill_it_and_keep_what_can_be_rolled_back_to()
    {
        var deployments = Soak ? 500 : 40;
        foreach (var app in (string[])["one", "two"]) await _plane.Platform.CreateAppAsync(new CreateAppRequest(app), default);
        var most = 0L;
        for (var i = 0; i < deployments; i++)
        {
            await DeployAsync(i % 2 == 0 ? "one" : "two");
            if (i == deployments / 2) await RestartAsync();
            most = Math.Max(most, Content.Blobs().Sum(blob => blob.Size));
        }

        await _plane.Get<ImageCleanup>().RunAsync(dryRun: false, default);
        foreach (var app in (string[])["one", "two"])
        {
            var releases = await _plane.Platform.ListReleasesAsync(app, default);
            Assert.Equal(deployments / 2, releases.Count);
            foreach (var release in releases.Take(_options.ReleaseRetention)) await IsWholeAsync(Digest.Parse(release.ImageDigest));
            Assert.False(Content.Contains(Digest.Parse(releases[^1].ImageDigest)));
            var gone = await Assert.ThrowsAsync<PaasException>(() => _plane.Platform.RollbackAsync(app, new RollbackRequest(1), default));
            Assert.Equal((ErrorCode.Conflict, $"the image of v1 of {app} is gone: the newest 3 that served are kept"), (gone.Code, gone.Message));
            await _plane.Platform.RollbackAsync(app, new RollbackRequest(releases[2].Version), default);
        }

        var blobs = Content.Blobs().Sum(blob => blob.Size);
        Assert.InRange(blobs, 6L * _layerBytes, 9L * _layerBytes);
        output.WriteLine($"measured: {deployments} deployments of {_layerBytes >> 20} MiB: at most {most >> 20} MiB, in the end {blobs >> 20} MiB");
    }

    [RootFact]
    public async Task Changes_of_config_take_no_image_away_that_can_be_rolled_back_to()
    {
        await _plane.Platform.CreateAppAsync(new CreateAppRequest("one"), default);
        await DeployAsync("one");
        await DeployAsync("one");
        for (var i = 0; i < _options.ReleaseRetention + 2; i++)
            await _plane.Platform.ChangeConfigAsync("one", new ConfigChange(new Dictionary<string, string?> { ["N"] = $"{i}" }), default);
        await _plane.Get<ImageCleanup>().RunAsync(dryRun: false, default);
        Assert.Equal("Rollback to v1", (await _plane.Platform.RollbackAsync("one", new RollbackRequest(1), default)).Description);
    }

    [RootFact]
    public async Task An_image_that_people_named_stays()
    {
        var (pulled, named) = (await BaseAsync("docker.io/library/old:1"), await BaseAsync("docker.io/team/base:1", isPulled: false));
        foreach (var image in (Image[])[pulled, named]) File.SetLastWriteTimeUtc(Content.PathOf(image.Digest), DateTime.UtcNow.AddDays(-31));
        await _plane.Get<ImageCleanup>().RunAsync(dryRun: false, default);
        Assert.Equal(["docker.io/team/base:1"], Content.References().Keys);
        await IsWholeAsync(named.Digest);
    }

    [RootFact]
    public async Task A_dry_run_says_what_a_cleanup_removes_and_removes_nothing()
    {
        await _plane.Platform.CreateAppAsync(new CreateAppRequest("one"), default);
        await DeployAsync("one");
        var orphan = await TestImage.LayerAsync(Content, 100_000);
        var cleanup = _plane.Get<ImageCleanup>();
        var planned = await cleanup.RunAsync(dryRun: true, default);
        Assert.Contains(planned.Items, item => item is { Kind: "blobs", Count: >= 1, Bytes: > 100_000 });
        Assert.True(planned.DryRun);
        Assert.True(Content.Contains(orphan.DiffId));
        Assert.Equal(planned.Bytes, (await cleanup.RunAsync(dryRun: false, default)).Bytes);
        Assert.False(Content.Contains(orphan.DiffId));
        Assert.Empty((await cleanup.RunAsync(dryRun: true, default)).Items);
        await IsWholeAsync(Digest.Parse((await _plane.Platform.ListReleasesAsync("one", default))[0].ImageDigest));
    }

    [RootFact]
    public async Task A_base_image_that_no_build_pulled_for_a_month_goes_and_the_stack_stays()
    {
        var (old, used, stack) = (await BaseAsync("docker.io/library/old:1"), await BaseAsync("docker.io/library/used:1"), await BaseAsync("stack/run:bookworm", isPulled: false));
        foreach (var image in (Image[])[old, stack]) File.SetLastWriteTimeUtc(Content.PathOf(image.Digest), DateTime.UtcNow.AddDays(-31));
        var done = await _plane.Get<ImageCleanup>().RunAsync(dryRun: false, default);
        Assert.Contains(done.Items, item => item is { Kind: "pulled base images", Count: 1 });
        Assert.Equal(["docker.io/library/used:1", "stack/run:bookworm"], Content.References().Keys.Order(StringComparer.Ordinal));
        Assert.False(Content.Contains(old.Digest));
        foreach (var image in (Image[])[used, stack]) await IsWholeAsync(image.Digest);
    }

    [RootFact]
    public async Task A_build_is_refused_while_the_reserve_is_touched_and_taken_again_when_there_is_room()
    {
        await _plane.Platform.CreateAppAsync(new CreateAppRequest("one"), default);
        var filler = Path.Combine(_options.DataDirectory, "filler");
        var free = new DriveInfo(_options.DataDirectory).AvailableFreeSpace;
        await using (var file = File.Create(filler)) file.Write(new byte[free - (3 << 20)]);
        var refused = await Assert.ThrowsAsync<PaasException>(() => DeployAsync("one"));
        Assert.Equal(ErrorCode.InsufficientStorage, refused.Code);
        Assert.Matches(@"the disk has \d(\.\d)? MB free, and 4\.2 MB of it are kept for the apps: there is no room for the build", refused.Message);
        Assert.Empty(await _plane.Platform.ListBuildsAsync("one", default));
        File.Delete(filler);
        await DeployAsync("one");
    }

    private async Task<Image> BaseAsync(string reference, bool isPulled = true)
    {
        var image = await TestImage.MakeAsync(_plane.Get<ImageStore>(), 1000, "true");
        Content.SetReference(reference, isPulled ? PulledImage.Of(image.Descriptor) : image.Descriptor);
        return image;
    }

    private async Task StartAsync() => _plane = await Plane.StartAsync(_options, _node, BuildAsync);

    private async Task RestartAsync()
    {
        await _plane.DisposeAsync();
        await StartAsync();
    }

    // A build whose image is real and unlike every other.
    private async Task<BuildOutcome> BuildAsync(BuildConfig config, Action<string> line, CancellationToken ct)
    {
        var image = await TestImage.MakeAsync(_plane.Get<ImageStore>(), _layerBytes, "listen");
        return new BuildOutcome(image.Digest, new Dictionary<string, string> { ["web"] = "listen" }, image.SizeBytes);
    }

    private async Task DeployAsync(string app)
    {
        var source = new BuildSource(new string('a', 40), "main", "Commit", "Ada");
        await foreach (var one in _plane.Platform.SubmitBuildAsync(app, source, new MemoryStream("source"u8.ToArray()), default))
        {
            if (one.Result is { } result) Assert.True(result.Status == BuildStatus.Succeeded, result.Error);
        }
    }

    private async Task IsWholeAsync(Digest image)
    {
        var loaded = await _plane.Get<ImageStore>().LoadAsync(image, default);
        foreach (var layer in loaded.Manifest.Layers)
        {
            await using var blob = Content.OpenRead(layer.Digest);
            Assert.Equal(layer.Digest, await Digest.ComputeAsync(blob, default));
        }
    }
}
