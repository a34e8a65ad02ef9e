using System.Formats.Tar;
using System.IO.Compression;
using Paas.Build.Buildpacks;
using Paas.Build.Cache;
using Paas.Build.Lifecycle;
using Paas.Build.Sources;
using Paas.Images;
using Paas.Images.Layers;
using Paas.Images.Snapshots;
using Paas.Testing;

namespace Paas.Build.Tests.Lifecycle;

/// <summary>Export from layers directories made by hand, into a real store.</summary>
public sealed class ExportPhaseTests
{
    private static readonly Buildpack First = new("paas/first", "1.0.0", "First", false, null, "/none") { BillFormats = ["application/vnd.cyclonedx+json", "application/spdx+json"] };
    private static readonly Buildpack Second = new("paas/second", "2.0.0", "Second", false, null, "/none");

    [RootFact]
    public async Task The_image_has_a_layer_per_launch_layer_the_app_uppermost_and_the_launch_environment()
    {
        using var scene = await Scene.CreateAsync();
        scene.Layer(First, "runtime", "launch = true\nbuild = true", ("bin/run", "#!/bin/sh"), ("env.launch/MODE.default", "production"), ("env.build/SECRET", "b"));
        scene.Layer(First, "headers", "build = true\ncache = true", ("include/x.h", "x"), ("env/ONLY_BUILD", "1"));
        scene.Layer(Second, "modules", "launch = true", ("env/PATH.append", "/workspace/bin"), ("env/PATH.delim", ":"), ("env.launch/worker/THREADS", "4"));
        scene.Write(First, "launch.toml", "[[processes]]\ntype='web'\ncommand=['bash','-c','run $PORT']\n[[labels]]\nkey='l'\nvalue='v'");
        scene.Write(Second, "launch.toml", "[[processes]]\ntype='worker'\ncommand=['work']");

        var exported = await scene.ExportAsync();
        var image = await scene.Images.LoadAsync(exported.Outcome.Image, default);
        var config = image.Config.Config!;
        Assert.Equal(7, image.Manifest.Layers.Count);
        Assert.Equal(
            ["CNB_APP_DIR=/workspace", "CNB_DEPRECATION_MODE=quiet", "CNB_LAYERS_DIR=/layers", "CNB_PLATFORM_API=0.13", "PATH=/cnb/process:/cnb/lifecycle:/usr/bin"],
            config.Env!);
        Assert.Equal(["/cnb/process/web"], config.Entrypoint!);
        Assert.Null(config.Cmd);
        Assert.Equal(("/workspace", "1000:1000"), (config.WorkingDir, config.User));
        Assert.Equal("run $PORT", exported.Outcome.Processes["web"]);
        Assert.Equal("work", exported.Outcome.Processes["worker"]);
        Assert.Equal("v", config.Labels!["l"]);
        Assert.Contains("\"paas/second\"", config.Labels!["io.buildpacks.build.metadata"], StringComparison.Ordinal);
        Assert.Contains(image.Config.Rootfs.DiffIds[^1].ToString(), config.Labels!["io.buildpacks.lifecycle.metadata"], StringComparison.Ordinal);

        Assert.Contains(scene.Entries(image, 1), entry => entry is { Name: "cnb/lifecycle/launcher", Uid: 0 } && (entry.Mode & UnixFileMode.OtherExecute) != 0);
        Assert.Contains(scene.Entries(image, 4), entry => entry.Name == "layers/config/metadata.toml");
        Assert.Contains(scene.Entries(image, 5), entry => entry is { Name: "cnb/process/worker", LinkName: "/cnb/lifecycle/launcher" });
        var app = scene.Entries(image, 6);
        Assert.Contains(app, entry => entry.Name.TrimEnd('/') == "workspace/server.js" && entry.Uid == 1000);
        Assert.Contains(scene.Entries(image, 2), entry => entry.Name == "layers/paas_first/runtime/bin/run" && entry.Uid == 1000);
        Assert.Contains(scene.Entries(image, 2), entry => entry.Name.TrimEnd('/') == "layers/paas_first" && entry.Uid == 0);
    }

    [RootFact]
    public async Task Layers_that_nobody_touched_are_used_again_and_equal_sources_give_equal_images()
    {
        using var scene = await Scene.CreateAsync();
        scene.Layer(First, "runtime", "launch = true\ncache = true", ("bin/run", "one"));
        scene.Write(First, "launch.toml", "[[processes]]\ntype='web'\ncommand=['run']");
        var first = await scene.ExportAsync();
        Assert.Contains(scene.Output, line => line.Contains("Adding layer paas/first:runtime", StringComparison.Ordinal));

        scene.Restore();
        scene.Write(First, "runtime.toml", "[types]\nlaunch = true\ncache = true");
        scene.Write(First, "launch.toml", "[[processes]]\ntype='web'\ncommand=['run']");
        var second = await scene.ExportAsync();
        Assert.Contains(scene.Output, line => line.Contains("Reusing layer paas/first:runtime", StringComparison.Ordinal));
        Assert.Equal(first.Outcome.Image, second.Outcome.Image);

        File.WriteAllText(Path.Combine(scene.Source, "server.js"), "other");
        scene.Restore();
        scene.Write(First, "runtime.toml", "[types]\nlaunch = true\ncache = true");
        scene.Write(First, "launch.toml", "[[processes]]\ntype='web'\ncommand=['run']");
        var third = await scene.ExportAsync();
        var (before, after) = (await scene.Images.LoadAsync(first.Outcome.Image, default), await scene.Images.LoadAsync(third.Outcome.Image, default));
        Assert.Equal(before.Config.Rootfs.DiffIds.SkipLast(1), after.Config.Rootfs.DiffIds.SkipLast(1));
        Assert.NotEqual(before.Config.Rootfs.DiffIds[^1], after.Config.Rootfs.DiffIds[^1]);
    }

    [RootFact]
    public async Task A_layer_asked_for_again_without_content_is_the_former_image_s()
    {
        using var scene = await Scene.CreateAsync();
        scene.Layer(First, "assets", "launch = true", ("a.css", "x"));
        var first = await scene.ExportAsync();
        scene.Restore();
        Assert.False(Directory.Exists(scene.PathOf(First, "assets")));
        Assert.True(File.Exists(scene.PathOf(First, "assets.toml")));
        scene.Write(First, "assets.toml", "[types]\nlaunch = true");
        Assert.Equal(first.Outcome.Image, (await scene.ExportAsync()).Outcome.Image);

        scene.Restore();
        scene.Write(First, "unheard.toml", "[types]\nlaunch = true");
        Assert.Contains("unheard", (await Assert.ThrowsAsync<BuildException>(scene.ExportAsync)).Message, StringComparison.Ordinal);
    }

    [RootFact]
    public async Task Slices_of_the_app_are_layers_of_their_own_and_never_lead_out_of_it()
    {
        using var scene = await Scene.CreateAsync();
        scene.AddSource("public/a.css", "a");
        scene.AddSource("public/img/b.png", "b");
        scene.AddSource("lib/c.js", "c");
        File.CreateSymbolicLink(Path.Combine(scene.Source, "out"), "/etc");
        scene.Write(First, "launch.toml", "[[processes]]\ntype='web'\ncommand=['run']\n[[slices]]\npaths=['public/*.css', 'public', 'out/hosts']\n[[slices]]\npaths=['nothing']\n[[slices]]\npaths=['lib/?.js', '*.css']");
        var image = await scene.Images.LoadAsync((await scene.ExportAsync()).Outcome.Image, default);
        Assert.Equal(7, image.Manifest.Layers.Count);
        Assert.Equal(["workspace", "workspace/public", "workspace/public/a.css", "workspace/public/img", "workspace/public/img/b.png"], scene.Names(image, 4));
        Assert.Equal(["workspace", "workspace/lib", "workspace/lib/c.js"], scene.Names(image, 5));
        Assert.Equal(["workspace", "workspace/lib", "workspace/out", "workspace/server.js"], scene.Names(image, 6));
        Assert.True(File.Exists("/etc/hosts"));
    }

    [RootFact]
    public async Task A_layer_that_is_a_link_out_of_the_build_is_refused()
    {
        using var scene = await Scene.CreateAsync();
        scene.Write(First, "etc.toml", "[types]\nlaunch = true");
        Directory.CreateSymbolicLink(scene.PathOf(First, "etc"), "/etc");
        Assert.Contains("not a directory", (await Assert.ThrowsAsync<BuildException>(scene.ExportAsync)).Message, StringComparison.Ordinal);
    }

    [RootFact]
    public async Task Bills_of_materials_of_what_is_launched_are_in_the_image_and_come_back_with_their_layers()
    {
        using var scene = await Scene.CreateAsync();
        scene.Layer(First, "kept", "launch = true\ncache = true", ("a", "a"));
        scene.Layer(First, "tools", "build = true", ("b", "b"));
        foreach (var name in (string[])["launch", "build", "kept", "tools", "none"]) scene.Write(First, $"{name}.sbom.cdx.json", name);
        scene.Write(First, "kept.sbom.spdx.json", "kept");
        var first = await scene.Images.LoadAsync((await scene.ExportAsync()).Outcome.Image, default);
        var bills = Enumerable.Range(0, first.Manifest.Layers.Count).SelectMany(layer => scene.Entries(first, layer)).Where(entry => entry.Name.Contains("/sbom.", StringComparison.Ordinal));
        Assert.Equal(
            ["layers/sbom/launch/paas_first/kept/sbom.cdx.json", "layers/sbom/launch/paas_first/kept/sbom.spdx.json", "layers/sbom/launch/paas_first/sbom.cdx.json"],
            bills.Select(entry => entry.Name).Order(StringComparer.Ordinal));
        Assert.All(bills, entry => Assert.Equal((0, UnixFileMode.OtherRead), (entry.Uid, entry.Mode & UnixFileMode.OtherRead)));

        Assert.Equal(
            [
                "build/paas_first/sbom.cdx.json", "build/paas_first/tools/sbom.cdx.json", "launch/paas_first/kept/sbom.cdx.json",
                "launch/paas_first/kept/sbom.spdx.json", "launch/paas_first/sbom.cdx.json",
            ],
            Directory.GetFiles(scene.Bills, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(scene.Bills, file)).Order(StringComparer.Ordinal));

        scene.Restore();
        Assert.Equal(["kept.sbom.cdx.json", "kept.sbom.spdx.json"], Directory.GetFiles(Path.GetDirectoryName(scene.PathOf(First, "kept"))!, "*.sbom.*").Select(Path.GetFileName).Order());
        scene.Write(First, "kept.toml", "[types]\nlaunch = true\ncache = true");
        File.CreateSymbolicLink(scene.PathOf(First, "launch.sbom.spdx.json"), "/etc/shadow");
        Assert.Contains("not a regular file", (await Assert.ThrowsAsync<BuildException>(scene.ExportAsync)).Message, StringComparison.Ordinal);
    }

    [RootTheory]
    [InlineData("launch.sbom.syft.json", "of a format that the buildpack does not declare", "sbom-formats = [\"application/vnd.syft+json\"]")]
    [InlineData("kept.sbom.other.json", "of no known format", ".sbom.cdx.json, .sbom.spdx.json, .sbom.syft.json")]
    public async Task A_bill_of_materials_that_the_buildpack_does_not_declare_is_refused(string file, string expected, string hint)
    {
        using var scene = await Scene.CreateAsync();
        scene.Layer(First, "kept", "launch = true", ("a", "a"));
        scene.Write(First, file, "{}");
        var error = await Assert.ThrowsAsync<BuildException>(scene.ExportAsync);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains(hint, error.Hint, StringComparison.Ordinal);
        Assert.False(Directory.Exists(scene.Bills));
    }

    private sealed class Scene : IDisposable
    {
        private readonly TemporaryDirectory _directory = new();
        private readonly ResolvedMember[] _members = [new(First, new PlanAlternative([], [])), new(Second, new PlanAlternative([], []))];
        private BuildCache _cache = null!;
        private Image _run = null!;

        private Scene() => Images = new ImageStore(new ContentStore(_directory.Combine("images")), new Snapshotter(_directory.Combine("snapshots")));

        public ImageStore Images { get; }

        public List<string> Output { get; } = [];

        public string Source => _directory.Combine("workspace");

        public string Bills => _directory.Combine("bills");

        public static async Task<Scene> CreateAsync()
        {
            var scene = new Scene();
            Directory.CreateDirectory(scene._directory.Combine("base", "etc"));
            File.WriteAllText(scene._directory.Combine("base", "etc", "os-release"), "x");
            var layer = await LayerWriter.WriteDirectoryAsync(scene.Images.Content, scene._directory.Combine("base"), new LayerOptions(), default);
            var builder = ImageBuilder.From(scene.Images, null).AddLayer(layer, "base");
            builder.Env["PATH"] = "/usr/bin";
            scene._run = await builder.CommitAsync(default);
            Directory.CreateDirectory(scene.Source);
            File.WriteAllText(Path.Combine(scene.Source, "server.js"), "app");
            scene._cache = await BuildCache.OpenAsync(scene._directory.Combine("cache"), scene.Images.Content, default);
            scene._cache.Restore([First, Second], 1000);
            return scene;
        }

        public string PathOf(Buildpack buildpack, string name) => Path.Combine(_cache.LayersDirectory, buildpack.EscapedId, name);

        public void Write(Buildpack buildpack, string name, string text)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(PathOf(buildpack, name))!);
            File.WriteAllText(PathOf(buildpack, name), text);
        }

        public void Layer(Buildpack buildpack, string name, string types, params (string Path, string Text)[] files)
        {
            Write(buildpack, name + ".toml", "[types]\n" + types);
            foreach (var (path, text) in files) Write(buildpack, $"{name}/{path}", text);
        }

        /// <summary>The next build begins.</summary>
        public void Restore()
        {
            _cache.Dispose();
            _cache = BuildCache.OpenAsync(_directory.Combine("cache"), Images.Content, default).Result;
            _cache.Restore([First, Second], 1000);
            Output.Clear();
        }

        public async Task<ExportedApp> ExportAsync()
        {
            var left = _members.Select(member => (member.Buildpack, Directory: new LayersDirectory(member.Buildpack, Path.Combine(_cache.LayersDirectory, member.Buildpack.EscapedId)))).ToList();
            var built = new BuiltApp(
                [.. left.SelectMany(entry => entry.Directory.ReadLayers())],
                [.. left.Select(entry => (entry.Buildpack, entry.Directory.ReadLaunch()))],
                new Dictionary<string, string>());
            var options = new BuildOptions { BuildpacksDirectory = "/none", LauncherPath = Programs.Launcher };
            var scratch = _directory.Combine("scratch");
            if (Directory.Exists(scratch)) Directory.Delete(scratch, recursive: true);
            var phase = new ExportPhase(Images, _run, _cache, options, new LauncherLayers(Images.Content, options.LauncherPath), scratch, new PushOutput(Output.Add)) { BillsDirectory = Bills };
            var exported = await phase.RunAsync(_members, built, SourceTree.TakeOver(Source, 1000), default);
            _cache.Save(exported.Cache);
            return exported;
        }

        public void AddSource(string path, string text)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(Source, path))!);
            File.WriteAllText(Path.Combine(Source, path), text);
        }

        public IEnumerable<string> Names(Image image, int layer) => Entries(image, layer).Select(entry => entry.Name.TrimEnd('/')).Order(StringComparer.Ordinal);

        public List<TarEntry> Entries(Image image, int layer)
        {
            using var blob = Images.Content.OpenRead(image.Manifest.Layers[layer].Digest);
            using var plain = image.Manifest.Layers[layer].MediaType.EndsWith("gzip", StringComparison.Ordinal) ? new GZipStream(blob, CompressionMode.Decompress) : blob;
            using var tar = new TarReader(plain);
            var entries = new List<TarEntry>();
            while (tar.GetNextEntry(copyData: true) is { } entry) entries.Add(entry);
            return entries;
        }

        public void Dispose()
        {
            _cache.Dispose();
            _directory.Dispose();
        }
    }
}
