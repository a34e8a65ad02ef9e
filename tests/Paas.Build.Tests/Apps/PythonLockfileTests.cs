using System.IO.Compression;
using System.Security.Cryptography;
using Paas.Testing;

namespace Paas.Build.Tests.Apps;

/// <summary>Python apps with a lockfile of uv or poetry, and packages of an index of their own.</summary>
[Collection(BuildNodeCollection.Name)]
public sealed class PythonLockfileTests(BuildNode node)
{
    private static readonly Dictionary<string, string> Index = new() { ["PIP_INDEX_URL"] = "file:///workspace/index" };

    [RootFact]
    public async Task What_the_lockfile_pins_for_the_app_is_installed_and_nothing_else()
    {
        using var app = new TestApp(node);
        var pinned = Wheel(app, "pinned", "1.2.0");
        Wheel(app, "pinned", "1.3.0");
        var further = Wheel(app, "further", "2.0.0");
        Wheel(app, "tests_only", "1.0.0");
        app.Write("Procfile", "web: python -c \"import importlib.metadata as m; print(sorted(d.name + ' ' + d.version for d in m.distributions()))\"\n");

        app.Write("pyproject.toml", "[project]\nname = 'app'\nversion = '1'\nrequires-python = '>=3.10'\ndependencies = ['pinned[more]>=1']\n");
        app.Write("uv.lock", $$"""
            version = 1
            [[package]]
            name = "app"
            source = { virtual = "." }
            dependencies = [{ name = "pinned", extra = ["more"] }, { name = "never", marker = "sys_platform == 'win32'" }]
            [package.dev-dependencies]
            dev = [{ name = "tests-only" }]
            [[package]]
            name = "pinned"
            version = "1.2.0"
            source = { registry = "https://pypi.org/simple" }
            wheels = [{ url = "https://files.example/pinned.whl", hash = "sha256:{{pinned}}" }]
            [package.optional-dependencies]
            more = [{ name = "further" }]
            [[package]]
            name = "further"
            version = "2.0.0"
            source = { registry = "https://pypi.org/simple" }
            wheels = [{ url = "https://files.example/further.whl", hash = "sha256:{{further}}" }]
            [[package]]
            name = "tests-only"
            version = "1.0.0"
            source = { registry = "https://pypi.org/simple" }
            """);
        var outcome = await app.BuildAsync(env: Index);
        Assert.Contains("       pip install, from uv.lock", app.Output);
        Assert.Equal((0, "['further 2.0.0', 'pinned 1.2.0']\n"), await app.RunAsync(outcome, "web"));
        await app.BuildAsync(env: Index);
        Assert.Contains("       Using the packages from the cache: uv.lock is unchanged", app.Output);

        File.Delete(Path.Combine(app.Source, "uv.lock"));
        app.Write("pyproject.toml", "[tool.poetry]\nname = 'app'\n[tool.poetry.dependencies]\npython = '^3.10'\npinned = {version = '^1.0', extras = ['more']}\nnever = {version = '*', platform = 'win32', markers = \"sys_platform == 'win32'\"}\n[tool.poetry.group.dev.dependencies]\ntests-only = '*'\n");
        app.Write("poetry.lock", $$"""
            [[package]]
            name = "pinned"
            version = "1.2.0"
            files = [{ file = "pinned.whl", hash = "sha256:{{pinned}}" }]
            [package.dependencies]
            further = { version = ">=2", optional = true, markers = "extra == \"more\"" }
            [package.extras]
            more = ["further (>=2)"]
            [[package]]
            name = "further"
            version = "2.0.0"
            optional = true
            files = [{ file = "further.whl", hash = "sha256:{{further}}" }]
            [[package]]
            name = "tests-only"
            version = "1.0.0"
            files = []
            [metadata]
            lock-version = "2.0"
            """);
        outcome = await app.BuildAsync(env: Index);
        // It pins what the other did.
        Assert.Contains("       Using the packages from the cache: poetry.lock is unchanged", app.Output);
        Assert.Equal((0, "['further 2.0.0', 'pinned 1.2.0']\n"), await app.RunAsync(outcome, "web"));

        // What the index answers is not what was locked.
        app.Write("poetry.lock", File.ReadAllText(Path.Combine(app.Source, "poetry.lock")).Replace(further, new string('0', 64), StringComparison.Ordinal));
        await Assert.ThrowsAsync<BuildException>(() => app.BuildAsync(env: Index));
        Assert.Contains(" !     poetry.lock is out of date: a package has another hash than it says", app.Output);

        app.Write("pyproject.toml", "[tool.poetry.dependencies]\npython = '^4.0'\n");
        await Assert.ThrowsAsync<BuildException>(() => app.BuildAsync(env: Index));
        Assert.Contains(app.Output, line => line.Contains("pyproject.toml requires Python ^4.0; the stack's Debian has Python 3.", StringComparison.Ordinal));
    }

    /// <summary>Puts a package into the source's index, and gives the SHA-256 of its file.</summary>
    private static string Wheel(TestApp app, string name, string version)
    {
        var file = $"index/{name.Replace('_', '-')}/{name}-{version}-py3-none-any.whl";
        app.Write(file, "");
        var path = Path.Combine(app.Source, file);
        using (var wheel = ZipFile.Open(path, ZipArchiveMode.Update))
        {
            foreach (var (entry, text) in ((string, string)[])
            [
                ($"{name}.py", $"version = '{version}'\n"),
                ($"{name}-{version}.dist-info/METADATA", $"Metadata-Version: 2.1\nName: {name.Replace('_', '-')}\nVersion: {version}\nProvides-Extra: more\n"),
                ($"{name}-{version}.dist-info/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"),
                ($"{name}-{version}.dist-info/RECORD", ""),
            ])
            {
                using var writer = new StreamWriter(wheel.CreateEntry(entry).Open());
                writer.Write(text);
            }
        }

        var links = Directory.EnumerateFiles(Path.GetDirectoryName(path)!, "*.whl").Select(link => $"<a href=\"{Path.GetFileName(link)}\">{Path.GetFileName(link)}</a>");
        app.Write(Path.Combine(Path.GetDirectoryName(file)!, "index.html"), $"<html><body>{string.Concat(links)}</body></html>");
        return Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));
    }
}
