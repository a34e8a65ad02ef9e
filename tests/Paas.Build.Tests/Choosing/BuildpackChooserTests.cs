using Paas.Build.Choosing;
using Paas.Build.Manifests;
using Paas.Build.Sources;
using Paas.Testing;

namespace Paas.Build.Tests.Choosing;

/// <summary>Who chooses, in their order, and what comes along. Nothing is asked or run.</summary>
public sealed class BuildpackChooserTests : IDisposable
{
    private const string Project = "[[build.buildpacks]]\nid = 'paas/rust'\n[[build.env]]\nname = 'A'\nvalue = 'project'\n[[build.env]]\nname = 'B'\nvalue = 'project'\n";

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [RootFact]
    public async Task The_first_that_names_any_decides_alone()
    {
        var config = Config() with
        {
            Buildpacks = [BuildpackSource.Parse("nodejs"), BuildpackSource.Parse("static")],
            Env = new Dictionary<string, string> { ["BUILDPACK_URL"] = "go", ["A"] = "config" },
            Manifest = new AppManifest { Buildpacks = [new ManifestBuildpack(3, "heroku/php")] },
        };
        Write(".buildpacks", "# several\n\n ./mine \r\npaas/procfile\n");
        Write("mine/buildpack.toml", "api = '0.10'\n[buildpack]\nid = 'me/mine'\nversion = '1'\n");
        Write("mine/bin/build", "");
        Write("project.toml", Project);
        Assert.Equal("buildpacks:set: paas/apt? paas/nodejs paas/static paas/procfile?", await ChooseAsync(config));
        Assert.Equal("BUILDPACK_URL: paas/apt? paas/go paas/procfile?", await ChooseAsync(config with { Buildpacks = [] }));
        config = config with { Buildpacks = [], Env = new Dictionary<string, string> { ["BUILDPACK_URL"] = "", ["A"] = "config" } };
        Assert.Equal(".buildpacks: me/mine paas/procfile", await ChooseAsync(config));
        Write(".buildpacks", "# none\n");
        Assert.Equal("project.toml: paas/apt? paas/rust paas/procfile?", await ChooseAsync(config));
        Write("project.toml", "[build]\n");
        // Heroku's name of a language is ours.
        Assert.Equal("app.json: paas/apt? paas/php paas/procfile?", await ChooseAsync(config));
        Assert.Contains(", paas/apt? paas/nodejs paas/procfile?, ", await ChooseAsync(config with { Manifest = null }), StringComparison.Ordinal);
    }

    [RootFact]
    public async Task Variables_of_the_project_are_for_the_build_and_a_config_var_is_stronger()
    {
        Write("project.toml", Project);
        var choice = await ChooserAsync(Config() with { Env = new Dictionary<string, string> { ["A"] = "config" } });
        Assert.Equal(new Dictionary<string, string> { ["A"] = "config", ["B"] = "project" }, choice.Env);
    }

    [RootFact]
    public async Task What_goes_around_goes_around_each_group_of_whoever_chose()
    {
        Write("project.toml", "[_]\nschema-version = '0.2'\n[[io.buildpacks.pre.group]]\nid = 'me/first'\n[io.buildpacks.pre.group.script]\napi = '0.10'\ninline = 'true'\n[[io.buildpacks.post.group]]\nid = 'static'\n");
        Assert.Equal("BUILDPACK_URL: me/first paas/apt? paas/go paas/procfile? paas/static", await ChooseAsync(Config() with { Env = new Dictionary<string, string> { ["BUILDPACK_URL"] = "go" } }));
        Assert.All((await ChooseAsync(Config()))[2..].Split(", "), group => Assert.StartsWith("me/first ", group, StringComparison.Ordinal));
    }

    [RootTheory]
    [InlineData(".buildpacks", "/etc", ".buildpacks: /etc is on the server")]
    [InlineData(".buildpacks", "file:///etc", "is on the server")]
    [InlineData(".buildpacks", "urn:cnb:builder:/etc", "is on the server")]
    [InlineData(".buildpacks", "../x", "neither the address")]
    [InlineData(".buildpacks", "cobol", "there is no buildpack 'cobol'")]
    [InlineData(".buildpacks", "./link", "no directory link")]
    [InlineData(".buildpacks", "./link/x", "symbolic link")]
    [InlineData("project.toml", "[[build.buildpacks]]\nid = 1", "project.toml line 2: 'id' must be a string")]
    [InlineData("mine/buildpack.toml", "api = '0.4'\n[buildpack]\nid = 'a'\nversion = '1'", "Buildpack API 0.4 is not supported")]
    [InlineData("mine/buildpack.toml", "api = '0.10'\n[[order]]\n[[order.group]]\nid = 'a/b'\n[buildpack]\nid = 'a'\nversion = '1'", "there is no buildpack 'a/b'")]
    [InlineData("mine/package.toml", "[[dependencies]]\nuri = '../../x'", "is not in what was fetched")]
    public async Task What_the_source_names_wrongly_or_may_not_name_is_told(string file, string text, string reason)
    {
        File.CreateSymbolicLink(Path.Combine(Source, "link"), "/etc");
        Write("mine/buildpack.toml", "api = '0.10'\n[buildpack]\nid = 'a'\nversion = '1'\n");
        Write("mine/bin/build", "");
        if (file.StartsWith("mine/", StringComparison.Ordinal)) Write(".buildpacks", "./mine");
        Write(file, text);
        var error = await Assert.ThrowsAsync<BuildException>(() => ChooserAsync(Config()));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    private string Source => Directory.CreateDirectory(_directory.Combine("source")).FullName;

    private BuildConfig Config() => new("app", 1, "/none", new Dictionary<string, string>(), _directory.Combine("work"), _directory.Combine("cache"));

    private async Task<string> ChooseAsync(BuildConfig config)
    {
        var choice = await ChooserAsync(config);
        return $"{choice.By}: {string.Join(", ", choice.Order.Groups.Select(group => string.Join(' ', group.Select(member => member.Buildpack.Id + (member.Optional ? "?" : "")))))}";
    }

    private Task<BuildpackChoice> ChooserAsync(BuildConfig config)
    {
        if (!Directory.EnumerateFileSystemEntries(Source).Any()) Write("x", "x");
        var options = new BuildOptions { BuildpacksDirectory = Path.Combine(Repository.Root, "buildpacks"), LauncherPath = "/none" };
        return new BuildpackChooser(options, _directory.Combine($"scratch-{Guid.NewGuid():N}")).ChooseAsync(config, SourceTree.TakeOver(Source, 1000), CancellationToken.None);
    }

    private void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(Source, path))!);
        File.WriteAllText(Path.Combine(Source, path), text);
    }
}
