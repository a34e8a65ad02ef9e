using Paas.Build.Choosing;
using Paas.Build.Host;
using Paas.Images;
using Paas.Images.Layers;
using Paas.Images.Snapshots;
using Paas.Testing;

namespace Paas.Build.Tests;

public sealed class BuildInputsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ImageStore _images;
    private readonly BuildOptions _options;
    private readonly BuildConfig _config;

    public BuildInputsTests()
    {
        _images = new ImageStore(new ContentStore(_directory.Combine("images")), new Snapshotter(_directory.Combine("snapshots")));
        Directory.CreateDirectory(_directory.Combine("buildpacks", "one", "bin"));
        File.WriteAllText(Buildpack, "exit 0\n");
        File.WriteAllText(_directory.Combine("launcher"), "launcher");
        _options = new BuildOptions { BuildpacksDirectory = _directory.Combine("buildpacks"), LauncherPath = _directory.Combine("launcher"), Egress = HostEgress.None };
        _config = new BuildConfig("hello", 1, "/source.tar", new Dictionary<string, string> { ["A"] = "1", ["B"] = "2" }, "/work", "/cache");
    }

    private string Buildpack => _directory.Combine("buildpacks", "one", "bin", "build");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task What_an_image_is_made_of_decides_and_nothing_else()
    {
        await StackAsync("build", "run");
        var first = (await OfAsync(_config, _options))!;
        Assert.Matches("^[0-9a-f]{64}$", first);
        var same = _config with { App = "other", Number = 7, Commit = new string('a', 40), Branch = "main", SourceTarPath = "/elsewhere", Env = new Dictionary<string, string> { ["B"] = "2", ["A"] = "1" } };
        Assert.Equal(first, await OfAsync(same, _options));

        var seen = new HashSet<string?> { first };
        async Task Differs(BuildConfig config, BuildOptions options, string source = "tree") => Assert.True(seen.Add(await OfAsync(config, options, source)));
        await Differs(_config, _options, "another tree");
        await Differs(_config with { Env = new Dictionary<string, string> { ["A"] = "1", ["B"] = "3" } }, _options);
        await Differs(_config with { Env = new Dictionary<string, string> { ["A"] = "1" } }, _options);
        await Differs(_config with { Env = new Dictionary<string, string> { ["A"] = "1", ["B"] = "2", ["C"] = "" } }, _options);
        await Differs(_config with { Builder = BuilderKind.Buildpacks }, _options);
        await Differs(_config with { Dockerfile = "other/Dockerfile" }, _options);
        await Differs(_config with { Buildpacks = [BuildpackSource.Parse("paas/nodejs")] }, _options);
        await Differs(_config, _options with { Egress = new HostEgress(null, new Dictionary<string, string> { ["https_proxy"] = "http://proxy:3128" }) });
        await File.WriteAllTextAsync(Buildpack, "exit 1 \n");
        await Differs(_config, _options);
        await File.WriteAllTextAsync(_options.LauncherPath, "a newer launcher");
        await Differs(_config, _options);
        await StackAsync("build", "newer run");
        await Differs(_config, _options);
        await StackAsync("newer build", "newer run");
        await Differs(_config, _options);
    }

    [Fact]
    public async Task Where_it_cannot_be_said_nothing_is()
    {
        Assert.Null(await OfAsync(_config, _options));
        await StackAsync("build", "run");
        Assert.Null(await OfAsync(_config with { Builder = BuilderKind.Dockerfile }, _options));
        Assert.Null(await OfAsync(_config, _options with { LauncherPath = _directory.Combine("gone") }));
    }

    [Theory]
    [InlineData("paas/nodejs", true)]
    [InlineData("./buildpack", true)]
    [InlineData("https://example.com/one.git#0123456789abcdef0123456789abcdef01234567", true)]
    [InlineData("https://example.com/one.git#0123456789abcdef0123456789abcdef01234567:sub", true)]
    [InlineData("https://example.com/one.git#v1.2", false)]
    [InlineData("https://example.com/one.git#0123456", false)]
    [InlineData("https://example.com/one.git", false)]
    [InlineData("https://example.com/one.tgz", false)]
    [InlineData("https://example.com/one.tgz#0123456789abcdef0123456789abcdef01234567", false)]
    [InlineData("/opt/buildpack", false)]
    public void Only_what_stands_for_one_content_is_pinned(string name, bool pinned) => Assert.Equal(pinned, BuildpackSource.Parse(name).IsPinned);

    private Task<string?> OfAsync(BuildConfig config, BuildOptions options, string source = "tree") => new BuildInputs(options, _images).DigestAsync(config, source, default);

    private async Task StackAsync(string build, string run)
    {
        foreach (var (reference, text) in new[] { (_options.BuildImage, build), (_options.RunImage, run) })
        {
            var layer = Directory.CreateDirectory(_directory.Combine(text)).FullName;
            await File.WriteAllTextAsync(Path.Combine(layer, "is"), text);
            var builder = ImageBuilder.From(_images, null).AddLayer(await LayerWriter.WriteDirectoryAsync(_images.Content, layer, new LayerOptions(), default), "test");
            _images.Content.SetReference(reference, (await builder.CommitAsync(default)).Descriptor);
        }
    }
}
