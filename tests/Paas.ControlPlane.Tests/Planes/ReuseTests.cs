using System.Globalization;
using Paas.Build;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.ControlPlane.Builds;
using Paas.ControlPlane.Domain;
using Paas.ControlPlane.Store;
using Paas.Images;
using Paas.Oci;
using Paas.Testing;

namespace Paas.ControlPlane.Tests.Planes;

/// <summary>Pushes that change nothing that an image is made of. The builder's images are real ones, and each is another.</summary>
public sealed class ReuseTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private LoopbackNode _node = null!;
    private TestRouter _router = null!;
    private Plane _plane = null!;
    private int _builds;
    private int _commits;
    private bool _repeatable = true;

    private IPlatform Platform => _plane.Platform;

    public async Task InitializeAsync()
    {
        var options = Plane.Options(_directory.Path);
        _node = new LoopbackNode(Path.Combine(options.DataDirectory, "logs"));
        _router = await TestRouter.StartAsync(Path.Combine(_directory.Path, "router.sock"));
        _plane = await Plane.StartAsync(options, _node, BuildAsync, InputsAsync);
        await Platform.CreateAppAsync(new CreateAppRequest("hello"), default);
    }

    public async Task DisposeAsync()
    {
        await _plane.DisposeAsync();
        await _router.DisposeAsync();
        _node.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Nothing_changed_and_the_image_is_taken_released_and_started_anew()
    {
        await PushAsync("web: listen");
        var before = (await Platform.ListInstancesAsync("hello", default)).Single().Name;
        var lines = await PushAsync("web: listen");
        Assert.Equal(1, _builds);
        Assert.Contains("-----> Nothing changed since v1; its image is taken", lines);
        Assert.Contains("       Build 1 made it. To build all the same: paas ps:rebuild hello", lines);
        Assert.Contains("-----> Deploying v2", lines);
        var releases = await Platform.ListReleasesAsync("hello", default);
        Assert.Equal((2, true, 2), (releases.Count, releases[0].Live, releases[0].Version));
        Assert.Equal(releases[1].ImageDigest, releases[0].ImageDigest);
        Assert.Equal(new string('b', 40), (await Platform.GetConfigAsync("hello", default)).Vars["GIT_REV"]);
        var builds = await Platform.ListBuildsAsync("hello", default);
        Assert.Equal([1, null], builds.Select(build => build.ImageOf));
        Assert.Equal([BuildStatus.Succeeded, BuildStatus.Succeeded], builds.Select(build => build.Status));
        Assert.Equal(before, (await Platform.ListInstancesAsync("hello", default)).Single(instance => instance.Release == 2).Name);
    }

    [Fact]
    public async Task What_changed_is_built()
    {
        await PushAsync("web: listen");
        await PushAsync("web: listen\nclock: tick");
        Assert.Equal(2, _builds);
        await Platform.ChangeConfigAsync("hello", new ConfigChange(new Dictionary<string, string?> { ["COLOUR"] = "red" }), default);
        await PushAsync("web: listen\nclock: tick");
        Assert.Equal(3, _builds);
        // Not the one before last either, though it would do.
        await PushAsync("web: listen");
        Assert.Equal(4, _builds);
    }

    [Fact]
    public async Task An_app_whose_build_cannot_be_repeated_is_built()
    {
        _repeatable = false;
        await PushAsync("web: listen");
        await PushAsync("web: listen");
        Assert.Equal(2, _builds);
        _repeatable = true;
        await PushAsync("web: listen");
        Assert.Equal(3, _builds);
        await PushAsync("web: listen");
        Assert.Equal(3, _builds);
    }

    [Fact]
    public async Task An_image_that_did_not_go_live_is_not_taken()
    {
        await PushAsync("web: exit 1", BuildStatus.Failed);
        await PushAsync("web: exit 1", BuildStatus.Failed);
        Assert.Equal(2, _builds);
    }

    [Fact]
    public async Task An_image_that_is_not_whole_is_not_taken()
    {
        await PushAsync("web: listen");
        var content = _plane.Get<ContentStore>();
        var image = await _plane.Get<ImageStore>().LoadAsync(Digest.Parse((await Platform.ListReleasesAsync("hello", default))[0].ImageDigest), default);
        File.Delete(content.PathOf(image.Manifest.Layers[0].Digest));
        await PushAsync("web: listen");
        Assert.Equal(2, _builds);
    }

    [Fact]
    public async Task A_rebuild_builds_the_live_source_again_and_its_image_is_taken_from_then_on()
    {
        var rebuilds = _plane.Get<IRebuilds>();
        Assert.Equal(ErrorCode.Conflict, Assert.Throws<PaasException>(() => rebuilds.RebuildAsync("hello", default)).Code);
        Assert.Equal(ErrorCode.AppNotFound, Assert.Throws<PaasException>(() => rebuilds.RebuildAsync("other", default)).Code);
        await PushAsync("web: listen");
        var lines = await ReadAsync(rebuilds.RebuildAsync("hello", default), BuildStatus.Succeeded);
        Assert.Equal(2, _builds);
        Assert.DoesNotContain(lines, line => line.Contains("Nothing changed", StringComparison.Ordinal));
        var releases = await Platform.ListReleasesAsync("hello", default);
        Assert.NotEqual(releases[1].ImageDigest, releases[0].ImageDigest);
        var build = (await Platform.ListBuildsAsync("hello", default))[0];
        Assert.Equal((2, new string('a', 40), "Commit", null), (build.Number, build.Commit, build.Message, build.ImageOf));
        Assert.Contains("-----> Nothing changed since v2; its image is taken", await PushAsync("web: listen"));
    }

    [Fact]
    public async Task After_a_day_it_is_built_again()
    {
        var (clock, settings) = (new ManualClock(), _plane.Get<SettingStore>());
        var built = new BuiltImages(settings, _plane.Get<ImageStore>(), _plane.Get<BuildOutputs>(), clock);
        var image = await TestImage.MakeAsync(_plane.Get<ImageStore>(), 1000, "listen");
        var processes = new Dictionary<string, string> { ["web"] = "listen" };
        var release = new Release("hello", 4, ReleaseReason.Build, "", image.Digest, new Dictionary<string, string>(), processes, 7, clock.Now);
        built.Keep(release, 7, "inputs", new BuildOutcome(image.Digest, processes, 1000, 80) { IsRepeatable = true });
        var build = new BuildRecord("hello", 8, BuildStatus.Running, image.Digest, new BuildSource(null, null), null, 1, null, clock.Now, null);
        clock.Now += TimeSpan.FromHours(23.9);
        var found = await built.FindAsync(build, "inputs", default);
        Assert.Equal((image.Digest, 80, 7, 4), (found!.Outcome.Image, found.Outcome.Port, found.Build, found.Release));
        Assert.Null(await built.FindAsync(build, "others", default));
        Assert.Null(await built.FindAsync(build, null, default));
        clock.Now += TimeSpan.FromHours(0.2);
        Assert.Null(await built.FindAsync(build, "inputs", default));
    }

    private async Task<BuildOutcome> BuildAsync(BuildConfig config, Action<string> line, CancellationToken ct)
    {
        _builds++;
        var image = await TestImage.MakeAsync(_plane.Get<ImageStore>(), 1000, "listen");
        var lines = (await File.ReadAllLinesAsync(config.SourceTarPath, ct)).Select(text => text.Split(": ", 2));
        return new BuildOutcome(image.Digest, lines.ToDictionary(pair => pair[0], pair => pair[1]), image.SizeBytes) { IsRepeatable = _repeatable };
    }

    private static Task<string?> InputsAsync(BuildConfig config, string source, CancellationToken ct) =>
        Task.FromResult<string?>($"{source} {string.Join(' ', config.Env.Select(pair => $"{pair.Key}={pair.Value}"))}");

    private Task<List<string>> PushAsync(string procfile, BuildStatus expected = BuildStatus.Succeeded)
    {
        var source = new BuildSource(new string((char)('a' + _commits++), 40), "main", "Commit", "Ada");
        return ReadAsync(Platform.SubmitBuildAsync("hello", source, new MemoryStream(System.Text.Encoding.UTF8.GetBytes(procfile)), default), expected);
    }

    private static async Task<List<string>> ReadAsync(IAsyncEnumerable<BuildEvent> events, BuildStatus expected)
    {
        var lines = new List<string>();
        await foreach (var one in events)
        {
            if (one.Line is { } line) lines.Add(line);
            if (one.Result is { } result) Assert.True(result.Status == expected, string.Join('\n', lines));
        }

        return lines;
    }

    private sealed class ManualClock : TimeProvider
    {
        internal DateTimeOffset Now { get; set; } = DateTimeOffset.Parse("2026-01-02T03:04:05Z", CultureInfo.InvariantCulture);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
