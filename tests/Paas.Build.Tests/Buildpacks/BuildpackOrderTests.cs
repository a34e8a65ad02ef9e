using Paas.Build.Buildpacks;
using Paas.Build.Choosing;
using Paas.Build.Lifecycle;
using Paas.Testing;

namespace Paas.Build.Tests.Buildpacks;

public sealed class BuildpackOrderTests
{
    private static readonly string Buildpacks = Path.Combine(Repository.Root, "buildpacks");

    [Fact]
    public void The_platform_s_own_buildpacks_load()
    {
        var order = BuildpackOrder.Load(Buildpacks);
        Assert.Equal(
            [
                .. ((string[])["python", "go", "php", "rust", "ruby", "java", "dotnet"]).Select(language => $"paas/apt? paas/nodejs? paas/{language} paas/procfile?"),
                "paas/apt? paas/nodejs paas/procfile?", "paas/apt? paas/static paas/procfile?", "paas/apt? paas/procfile",
            ],
            order.Groups.Select(group => string.Join(' ', group.Select(member => member.Buildpack.Id + (member.Optional ? "?" : "")))));
        Assert.All(order.Buildpacks, buildpack =>
        {
            // Packages alone are no app.
            if (buildpack.Id != "paas/apt") Assert.NotNull(buildpack.Wants);
            foreach (var program in (string[])["detect", "build"])
            {
                Assert.True(File.GetUnixFileMode(Path.Combine(buildpack.Directory, "bin", program)).HasFlag(UnixFileMode.OtherExecute));
            }
        });
    }

    [Theory]
    [InlineData("layers.sh", 8)]
    [InlineData("native.sh", 3)]
    [InlineData("bill.py", 9)]
    public void Each_buildpack_carries_the_same_functions(string file, int least)
    {
        // A buildpack is mounted alone, and works alone elsewhere: what is common is copied, and must not drift.
        var copies = Directory.EnumerateFiles(Buildpacks, file, SearchOption.AllDirectories).ToList();
        Assert.True(copies.Count >= least);
        Assert.Single(copies.Select(File.ReadAllText).Distinct());
    }

    [Theory]
    [InlineData("api = '0.4'\n[buildpack]\nid='a/b'\nversion='1.0.0'", "0.4")]
    [InlineData("api = '0.10'\n[buildpack]\nid='a b'\nversion='1.0.0'", "'a b'")]
    [InlineData("api = '0.10'\n[buildpack]\nid='a/b'", "version")]
    [InlineData("api = '0.10'\n[buildpack]\nid='a/b'\nversion='../1'", "'../1' is not a version")]
    [InlineData("api = '0.10'\n[buildpack]\nid='a/b'\nversion='1.0.0'", "neither bin/build nor an order")]
    public void A_wrong_descriptor_is_named_with_its_file(string descriptor, string expected)
    {
        using var directory = new TemporaryDirectory();
        Directory.CreateDirectory(directory.Combine("mine"));
        File.WriteAllText(directory.Combine("mine", "buildpack.toml"), descriptor);
        var exception = Assert.Throws<BuildException>(() => BuildpackOrder.Load(directory.Path));
        Assert.Contains("mine/buildpack.toml", exception.Message, StringComparison.Ordinal);
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_app_that_nothing_recognises_is_told_what_was_tried_and_what_to_add()
    {
        var order = BuildpackOrder.Load(Buildpacks);
        var detections = new Dictionary<string, Detection>
        {
            ["paas/nodejs"] = new(100, BuildPlan.Empty, "no package.json"),
            ["paas/static"] = new(3, BuildPlan.Empty, "cannot read"),
            ["paas/procfile"] = new(100, BuildPlan.Empty, null),
        };
        var exception = DetectPhase.NothingFits(
            new BuildpackChoice(order, null, new Dictionary<string, string>()),
            order.Buildpacks.Where(buildpack => detections.ContainsKey(buildpack.Id)).ToDictionary(buildpack => buildpack, buildpack => detections[buildpack.Id]),
            []);
        Assert.Equal(
            """
            Tried:
              paas/nodejs: no package.json
              paas/procfile: does not fit
              paas/static: failed with exit status 3: cannot read
            Add one of these to the root of the source: package.json for a Node.js app; requirements.txt, pyproject.toml or Pipfile for a Python app; Procfile for programs that need no building; go.mod for a Go app; composer.json or index.php for a PHP app; Cargo.toml for a Rust app; Gemfile for a Ruby app; pom.xml, build.gradle or a .jar for a Java app; a .csproj, .fsproj or .sln for a .NET app; index.html (in the root or in public/) for a static site
            """,
            exception.Hint);
    }
}
