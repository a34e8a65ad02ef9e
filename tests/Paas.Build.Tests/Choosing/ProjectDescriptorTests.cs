using Paas.Build.Choosing;
using Paas.Launch.Toml;
using Paas.Testing;

namespace Paas.Build.Tests.Choosing;

public sealed class ProjectDescriptorTests
{
    private const string First = """
        [project]
        version = "1.2"
        source-url = "https://example.com/x"
        [build]
        include = ["src/"]
        [[build.buildpacks]]
        id = "paas/nodejs"
        version = "0.1.0"
        [[build.buildpacks]]
        uri = "https://example.com/x.tgz"
        [[build.env]]
        name = "A"
        value = "1"
        """;

    private const string Second = """
        [_]
        schema-version = "0.2"
        version = "1.2"
        source-url = "https://example.com/x"
        [io.buildpacks]
        include = ["src/"]
        [[io.buildpacks.group]]
        id = "paas/nodejs"
        version = "0.1.0"
        [[io.buildpacks.group]]
        uri = "https://example.com/x.tgz"
        [[io.buildpacks.group]]
        id = "for/tests"
        exec-env = ["test"]
        [[io.buildpacks.build.env]]
        name = "A"
        value = "1"
        """;

    private const string AsSpecified = """
        [_]
        schema-version = "0.2"
        version = "1.2"
        source-url = "https://example.com/x"
        [io.buildpacks.build]
        include = ["src/"]
        [[io.buildpacks.build.buildpacks]]
        id = "paas/nodejs"
        version = "0.1.0"
        [[io.buildpacks.build.buildpacks]]
        uri = "https://example.com/x.tgz"
        [[io.buildpacks.build.env]]
        name = "A"
        value = "1"
        """;

    [Theory]
    [InlineData(First)]
    [InlineData(Second)]
    [InlineData(AsSpecified)]
    public void Each_schema_says_the_same(string text)
    {
        var project = ProjectDescriptor.Parse(text);
        Assert.Equal(["paas/nodejs@0.1.0", "https://example.com/x.tgz"], project.Group.Select(one => one.Source!.Location));
        Assert.Equal(new Dictionary<string, string> { ["A"] = "1" }, project.Env);
        Assert.Equal(("1.2", "https://example.com/x"), (project.Version, project.SourceUrl));
        using var directory = new TemporaryDirectory();
        foreach (var file in (string[])["src/a/b.js", "test/a.js", "project.toml", "README.md"]) Write(directory, file);
        project.Prune(directory.Path);
        Assert.Equal(["project.toml", "src/a/b.js"], Left(directory));
    }

    [Fact]
    public void Scripts_and_what_goes_around_each_group_are_read()
    {
        var project = ProjectDescriptor.Parse(
            """
            [_]
            schema-version = "0.2"
            [[io.buildpacks.pre.group]]
            uri = "file://packs/first"
            [[io.buildpacks.post.group]]
            id = "mine/last"
            [io.buildpacks.post.group.script]
            api = "0.10"
            inline = "echo done"
            """);
        Assert.Empty(project.Group);
        Assert.Equal((BuildpackSourceKind.Directory, "packs/first"), (project.Pre[0].Source!.Kind, project.Pre[0].Source!.Location));
        Assert.Equal(new ProjectScript("mine/last", null, "0.10", "/bin/sh", "echo done"), project.Post[0].Script);
    }

    [Theory]
    [InlineData("[_]\nschema-version = '9.0'", "9.0")]
    [InlineData("[build]\ninclude=['a']\nexclude=['b']", "not both")]
    [InlineData("[[build.buildpacks]]\nversion='1'", "'id', a 'uri' or a 'script'")]
    [InlineData("[[build.buildpacks]]\nuri='x'\n[build.buildpacks.script]\napi='0.10'\ninline='x'", "not both")]
    [InlineData("[[build.buildpacks]]\nuri='../x'", "not within the source")]
    [InlineData("[[build.buildpacks]]\nuri='/etc'", "not within the source")]
    [InlineData("[[build.buildpacks]]\nuri='file:///etc'", "not within the source")]
    [InlineData("[[build.buildpacks]]\nid='/etc'", "not the id of a buildpack")]
    [InlineData("[[build.buildpacks]]\nid='https://example.com/x'", "not the id of a buildpack")]
    [InlineData("[[build.buildpacks]]\nuri='urn:cnb:builder:/etc'", "not within the source")]
    [InlineData("[[build.buildpacks]]\nuri='urn:cnb:registry:x/y'", "registry")]
    [InlineData("[[build.env]]\nvalue='1'", "'name' is missing")]
    [InlineData("[build]\nbuildpacks = 1", "an array of tables")]
    public void What_is_wrong_is_named_with_its_line(string text, string reason) =>
        Assert.Contains(reason, Assert.Throws<TomlException>(() => ProjectDescriptor.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Excluded_files_go_and_with_them_directories_that_are_empty_then()
    {
        using var directory = new TemporaryDirectory();
        foreach (var file in (string[])["a.md", "docs/a.md", "docs/b/c.md", "spec/x.rb", "app/keep.md", "app/spec/x.rb", "app/x.rb", "project.toml"]) Write(directory, file);
        Directory.CreateSymbolicLink(directory.Combine("link"), "/etc");
        ProjectDescriptor.Parse("[build]\nexclude = ['*.md', '!app/keep.md', '/spec/', 'link', 'project.toml']").Prune(directory.Path);
        Assert.Equal(["app/keep.md", "app/spec/x.rb", "app/x.rb", "project.toml"], Left(directory));
        Assert.False(Directory.Exists(directory.Combine("docs")));
        Assert.True(File.Exists("/etc/hostname") || File.Exists("/etc/passwd"));
    }

    [Fact]
    public void A_project_that_leaves_nothing_is_told()
    {
        using var directory = new TemporaryDirectory();
        Write(directory, "a");
        Assert.Throws<BuildException>(() => ProjectDescriptor.Parse("[build]\nexclude = ['*']").Prune(directory.Path));
    }

    [Fact]
    public void Any_document_is_a_project_or_an_error_with_a_line()
    {
        string[] texts = [First, Second, AsSpecified];
        for (var seed = 0; seed < 5000; seed++)
        {
            var random = new Random(seed);
            var lines = texts[random.Next(texts.Length)].Split('\n').ToList();
            for (var edits = random.Next(1, 5); edits > 0; edits--)
            {
                var at = random.Next(lines.Count);
                switch (random.Next(4))
                {
                    case 0: lines.RemoveAt(at); break;
                    case 1: lines.Insert(at, lines[random.Next(lines.Count)]); break;
                    case 2: lines[at] = lines[at].Replace("\"", random.Next(3) == 0 ? "" : random.Next(2) == 0 ? "\"/" : "\"../", StringComparison.Ordinal); break;
                    default: lines[at] = lines[at].Replace("= ", "= [1] #", StringComparison.Ordinal); break;
                }
            }

            try
            {
                var project = ProjectDescriptor.Parse(string.Join('\n', lines));
                Assert.All(project.Group, one => Assert.True(one.Source?.Kind != BuildpackSourceKind.Host, $"seed {seed}"));
            }
            catch (TomlException error)
            {
                Assert.InRange(error.Line, 1, lines.Count + 1);
            }
        }
    }

    private static void Write(TemporaryDirectory directory, string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(directory.Combine(path))!);
        File.WriteAllText(directory.Combine(path), path);
    }

    private static IEnumerable<string> Left(TemporaryDirectory directory) => Directory.EnumerateFiles(directory.Path, "*", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(directory.Path, path)).Order(StringComparer.Ordinal);
}
