using System.IO.Compression;
using System.Text.Json;
using Paas.Testing;

namespace Paas.Build.Tests.Buildpacks;

/// <summary>What the buildpacks' bills of materials name, of each kind of package.</summary>
public sealed class ComponentsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Node_s_are_those_of_any_package_manager()
    {
        Write("m/express/package.json", """{ "name": "express", "version": "5.1.0" }""");
        Write("m/express/node_modules/Y/package.json", """{ "name": "Y", "version": "2.0.0" }""");
        Write("m/@scope/x/package.json", """{ "name": "@scope/x", "version": "1.0.0-rc.1+b" }""");
        Write("m/.pnpm/is-odd@3.0.1/node_modules/is-odd/package.json", """{ "name": "is-odd", "version": "3.0.1" }""");
        Write("m/broken/package.json", "{");
        Write("m/.bin/tool", "");
        Directory.CreateSymbolicLink(_directory.Combine("m/linked"), "../app");
        Assert.Equal(["pkg:npm/%40scope/x@1.0.0-rc.1%2Bb", "pkg:npm/Y@2.0.0", "pkg:npm/express@5.1.0", "pkg:npm/is-odd@3.0.1"], await ReadAsync("nodejs", null, "m"));
    }

    [Fact]
    public async Task Python_s_names_are_as_the_index_spells_them()
    {
        Write("v/lib/python3.11/site-packages/Foo_Bar-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: Foo_.Bar\nVersion: 1.0\n\nName: not this\n");
        Assert.Equal(["pkg:pypi/foo-bar@1.0"], await ReadAsync("python", null, "v"));
    }

    [Fact]
    public async Task Ruby_s_are_those_installed()
    {
        Write("g/ruby/3.1.0/specifications/rack-3.1.8.gemspec", "# stub: rack 3.1.8 ruby lib\nGem::Specification.new do |s|\n  s.name = \"rack\".freeze\n  s.version = \"3.1.8\"\n");
        Write("g/ruby/3.1.0/bundler/gems/own-abc/own.gemspec", "Gem::Specification.new do |spec|\n  spec.name = 'own'\n  spec.version = Own::VERSION\n");
        Assert.Equal(["pkg:gem/rack@3.1.8"], await ReadAsync("ruby", null, "g"));
    }

    [Fact]
    public async Task Go_s_replaced_modules_are_what_took_their_place()
    {
        const string Said = "/x: go1.21\n\tpath\texample.com/hello\n\tmod\texample.com/hello\t(devel)\t\n\tdep\tgithub.com/A/b\tv1.0.0\th1:x=\n"
            + "\tdep\tgithub.com/a/c\tv1.0.0\n\t=>\tgithub.com/c/d\tv2.0.0\th1:y=\n\tdep\texample.com/e\tv0.1.0\n\t=>\t./e\t(devel)\t\n";
        Assert.Equal(["pkg:golang/example.com/e@v0.1.0", "pkg:golang/github.com/a/b@v1.0.0", "pkg:golang/github.com/c/d@v2.0.0"], await ReadAsync("go", Said));
    }

    [Fact]
    public async Task Rust_s_are_crates_that_are_not_the_app()
    {
        const string Said = "hello v1.0.0 (/workspace)\ngreeting v0.1.0 (/workspace/greeting)\nserde v1.0.2\nserde v1.0.2 (*)\n\nserde_derive v1.0.2 (proc-macro)\n";
        Assert.Equal(["pkg:cargo/greeting@0.1.0", "pkg:cargo/serde@1.0.2", "pkg:cargo/serde_derive@1.0.2"], await ReadAsync("rust", Said, "hello"));
    }

    [Fact]
    public async Task Php_s_are_of_either_Composer_without_those_for_development()
    {
        Write("2/composer/installed.json", """{ "packages": [{ "name": "monolog/monolog", "version": "3.0.0" }, { "name": "phpunit/phpunit", "version": "9" }], "dev": false, "dev-package-names": ["phpunit/phpunit"] }""");
        Write("1/composer/installed.json", """[{ "name": "Monolog/monolog", "version": "1.0.0" }]""");
        Assert.Equal(["pkg:composer/monolog/monolog@3.0.0"], await ReadAsync("php", null, "2"));
        Assert.Equal(["pkg:composer/monolog/monolog@1.0.0"], await ReadAsync("php", null, "1"));
    }

    [Fact]
    public async Task Dot_net_s_are_packages_and_the_runtime_that_it_brings()
    {
        Write("p/hello.deps.json", "\uFEFF" + """
            { "libraries": { "Hello/1.0.0": { "type": "project" }, "Dapper/2.1.86": { "type": "package" }, "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/10.0.1": { "type": "runtimepack" } } }
            """);
        Assert.Equal(["pkg:nuget/Dapper@2.1.86", "pkg:nuget/Microsoft.NETCore.App.Runtime.linux-x64@10.0.1"], await ReadAsync("dotnet", null, "p"));
    }

    [Fact]
    public async Task Java_s_are_in_jars_within_jars_by_what_they_say_of_themselves()
    {
        var noted = Jar(("META-INF/maven/org.slf4j/slf4j-api/pom.properties", "#x\ngroupId=org.slf4j\nartifactId=slf4j-api\nversion=2.0.9\n"u8.ToArray()));
        var named = Jar(("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\r\nImplementation-Vendor-Id: com.exa\r\n mple\r\n"u8.ToArray()));
        var app = Jar(("BOOT-INF/lib/slf4j-api-2.0.9.jar", noted), ("BOOT-INF/lib/kotlin-stdlib-1.9.0.jar", named), ("x.txt", []));
        File.WriteAllBytes(_directory.Combine("app.jar"), app);
        Write("lib/broken-1.0.jar", "no zip");
        Assert.Equal(["pkg:maven/com.example/kotlin-stdlib@1.9.0", "pkg:maven/org.slf4j/slf4j-api@2.0.9"], await ReadAsync("java", null, "app.jar", "lib"));
    }

    private static byte[] Jar(params (string Name, byte[] Content)[] entries)
    {
        var jar = new MemoryStream();
        using (var archive = new ZipArchive(jar, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in entries)
            {
                using var entry = archive.CreateEntry(name).Open();
                entry.Write(content);
            }
        }

        return jar.ToArray();
    }

    private void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_directory.Combine(path))!);
        File.WriteAllText(_directory.Combine(path), text);
    }

    private async Task<List<string>> ReadAsync(string buildpack, string? input, params string[] arguments)
    {
        var (script, bill, said) = (Path.Combine(Repository.Root, "buildpacks", buildpack, "lib/components.py"), _directory.Combine("bill.json"), _directory.Combine("said.txt"));
        await File.WriteAllTextAsync(said, input ?? "");
        string[] words = ["-c", "out=$1 in=$2; shift 2; exec python3 -B \"$0\" \"$out\" \"$@\" <\"$in\"", script, bill, said, .. arguments];
        (await new Command("sh", words) { Directory = _directory.Path }.RunAsync()).Succeeded();
        using var document = JsonDocument.Parse(await File.ReadAllTextAsync(bill));
        Assert.Equal("CycloneDX", document.RootElement.GetProperty("bomFormat").GetString());
        return [.. document.RootElement.GetProperty("components").EnumerateArray().Select(one => one.GetProperty("purl").GetString()!)];
    }
}
