using System.Diagnostics;
using System.Text.Json.Nodes;
using Paas.Build.Choosing;
using Paas.Testing;
using Paas.Testing.Servers;
using Xunit.Abstractions;

namespace Paas.Build.Tests.Apps;

/// <summary>Buildpacks that are not the platform's, chosen in each way there is, build in containers.</summary>
[Collection(BuildNodeCollection.Name)]
public sealed class ChosenBuildpackTests(BuildNode node, ITestOutputHelper output)
{
    // Of the node's bridge: an address of this host that is not only its own.
    private const string Gateway = "10.217.78.1";

    [RootFact]
    public async Task A_composite_buildpack_is_what_of_its_order_fits_and_its_image_has_what_the_spec_says()
    {
        using var app = new TestApp(node);
        app.Write("index.txt", "x");
        app.Copy("composite", "packs/universe");
        foreach (var sample in (string[])["hello-world", "hello-moon", "hello-processes"]) app.Copy($"samples/{sample}", $"packs/universe/buildpacks/{sample}");
        app.Buildpacks = [BuildpackSource.Parse("./packs/universe")];
        var outcome = await BuildAsync(app, new Dictionary<string, string> { ["WHO"] = "me" });
        Assert.Contains("       Buildpacks chosen by buildpacks:set", app.Output);
        // Asked for nothing but what it is for; of two ways to take part the first; what is for tests is not for us.
        Assert.Contains("            CNB_TARGET: linux/amd64 debian 12 (production)", app.Output);
        Assert.Contains("            env: WHO", app.Output);
        Assert.Contains(app.Output, line => line.Contains("plan: ", StringComparison.Ordinal) && line.Contains("Earth-616", StringComparison.Ordinal));
        Assert.Equal(["moon", "sys-info"], outcome.Processes.Keys.Order());
        Assert.Equal((0, "MOON! moon-value\n"), await app.RunAsync(outcome, "moon"));
        Assert.Equal((0, "in /cnb\n"), await app.RunAsync(outcome, "sys-info"));
        Assert.Equal(
            ["test/hello-martian 100 no martians here", "test/hello-windows 100 it is for windows, and this is linux/amd64 (debian 12)", "test/hello-world 0 ", "test/hello-moon 0 ", "test/hello-processes 0 "],
            app.Report!.Asked.Where(one => one.Id != "paas/procfile").Select(one => $"{one.Id} {one.ExitStatus} {one.Reason}"));
        Assert.Equal(["test/hello-world 1.0.0", "test/hello-moon 1.0.0", "test/hello-processes 1.0.0"], app.Report.Group);

        var (_, bills) = await app.RunAsync(outcome, null, "sh", "-c", "cd /layers/sbom/launch && find * -type f | sort && cat test_hello-moon/moon/sbom.cdx.json");
        Assert.Equal("test_hello-moon/moon/sbom.cdx.json\ntest_hello-moon/sbom.spdx.json\ntest_hello-processes/sys-info/sbom.syft.json\n{\"bomFormat\":\"CycloneDX\"}", bills);
        var labels = (await node.Images.LoadAsync(outcome.Image, default)).Config.Config!.Labels!;
        Assert.Equal("a label", labels["test.hello-moon"]);
        Assert.StartsWith("sha256:", (string?)JsonNode.Parse(labels["io.buildpacks.lifecycle.metadata"])!["sbom"]!["sha"], StringComparison.Ordinal);
        Assert.Equal(
            """{"source":{"type":"git","version":{"commit":"0123456789abcdef"},"metadata":{"refs":["main"]}}}""", labels["io.buildpacks.project.metadata"]);

        await BuildAsync(app);
        Assert.Contains("            with the bill of before", app.Output);
    }

    [RootFact]
    public async Task A_buildpack_of_Heroku_s_kind_compiles_and_its_processes_find_what_they_expect()
    {
        using var app = new TestApp(node);
        app.Write("greeting.txt", "Good day");
        app.Write("Procfile", "later: true");
        app.Buildpacks = [BuildpackSource.Parse(TestApp.BuildpackOfTests("heroku"))];
        var outcome = await BuildAsync(app, new Dictionary<string, string> { ["WHO"] = "me" });
        Assert.Contains("-----> heroku app detected", app.Output);
        Assert.Contains("-----> Installing the greeter for heroku-22", app.Output);
        Assert.Contains("       Making it anew", app.Output);
        Assert.Contains("       WHO is me, and in the environment nobody", app.Output);
        Assert.Equal("Greeter", app.Report!.Asked[0].Reason);
        Assert.Equal(["later", "show", "web"], outcome.Processes.Keys.Order());
        Assert.Equal((0, "production /app bash\n"), await app.RunAsync(outcome, "show"));
        await app.RunAsync(outcome, "web", async client => Assert.Equal("Good day from /app", await TestApp.GetAsync(client)));

        await BuildAsync(app);
        Assert.Contains("       Using the one of the cache", app.Output);

        File.Delete(Path.Combine(app.Source, "greeting.txt"));
        var error = await Assert.ThrowsAsync<BuildException>(() => BuildAsync(app));
        Assert.Equal("the buildpacks chosen by buildpacks:set do not fit this app", error.Message);
        Assert.Contains("paas buildpacks:clear", error.Hint, StringComparison.Ordinal);
        Assert.Empty(app.Report.Group);
    }

    [RootFact]
    public async Task A_buildpack_of_Heroku_s_kind_may_bring_the_Procfile()
    {
        using var app = new TestApp(node);
        app.Write("api/Procfile", "worker: cat where.txt .hidden");
        app.Write("api/where.txt", "in api\n");
        app.Write("api/.hidden", "too\n");
        app.Write("where.txt", "above\n");
        app.Buildpacks = [BuildpackSource.Parse(TestApp.BuildpackOfTests("heroku-subdirectory"))];
        var outcome = await BuildAsync(app, new Dictionary<string, string> { ["SUBDIRECTORY"] = "api" });
        Assert.Contains("-----> Taking api", app.Output);
        Assert.Contains("       Procfile declares types -> worker", app.Output);
        Assert.Equal("if heroku-subdirectory brings a Procfile", app.Report!.Asked[^1].Reason);
        Assert.Equal((0, "in api\ntoo\n"), await app.RunAsync(outcome, "worker"));
    }

    [RootFact]
    public async Task Later_buildpacks_of_Heroku_s_kind_are_asked_of_what_the_earlier_made()
    {
        using var app = new TestApp(node);
        app.Write("api/greeting.txt", "Good day");
        app.Buildpacks = [BuildpackSource.Parse(TestApp.BuildpackOfTests("heroku-subdirectory")), BuildpackSource.Parse(TestApp.BuildpackOfTests("heroku"))];
        var outcome = await BuildAsync(app, new Dictionary<string, string> { ["SUBDIRECTORY"] = "api" });
        Assert.Contains("-----> Installing the greeter for heroku-22", app.Output);
        await app.RunAsync(outcome, "web", async client => Assert.Equal("Good day from /app", await TestApp.GetAsync(client)));

        app.Write("web/index.html", "x");
        await Assert.ThrowsAsync<BuildException>(() => BuildAsync(app, new Dictionary<string, string> { ["SUBDIRECTORY"] = "web" }));
        Assert.Contains(app.Output, line => line.Contains("this buildpack does not fit what those before it made of the source", StringComparison.Ordinal));
        Assert.DoesNotContain("-----> Installing the greeter for heroku-22", app.Output);
    }

    [RootFact]
    public async Task A_project_toml_brings_scripts_variables_and_leaves_files_out()
    {
        using var app = new TestApp(node);
        app.Write("Procfile", "web: cat made.txt; ls *.md docs greeter 2>/dev/null; true");
        app.Write("README.md", "x");
        app.Write("docs/guide.md", "x");
        app.Copy("heroku", "greeter");
        app.Write("greeting.txt", "x");
        app.Write(
            "project.toml",
            """
            [_]
            schema-version = "0.2"
            version = "3.1"
            [io.buildpacks]
            exclude = ["*.md", "greeter"]
            [[io.buildpacks.group]]
            uri = "greeter"
            [[io.buildpacks.group]]
            id = "mine/script"
            [io.buildpacks.group.script]
            api = "0.10"
            shell = "/bin/bash"
            inline = "echo $FROM_PROJECT $GREETER > made.txt"
            [[io.buildpacks.group]]
            id = "paas/procfile"
            [[io.buildpacks.build.env]]
            name = "FROM_PROJECT"
            value = "variable"
            [[io.buildpacks.build.env]]
            name = "WHO"
            value = "project"
            """);
        var outcome = await BuildAsync(app, new Dictionary<string, string> { ["WHO"] = "config" });
        Assert.Contains("       Buildpacks chosen by project.toml", app.Output);
        // A config var is stronger, and what a buildpack of Heroku's exports reaches the next.
        Assert.Contains("       WHO is config, and in the environment nobody", app.Output);
        Assert.Equal((0, "variable for later\n"), await app.RunAsync(outcome, "web"));
    }

    [RootFact]
    public async Task A_third_party_s_buildpack_for_packages_works_beside_ours()
    {
        using var app = new TestApp(node);
        app.Write("Aptfile", "hello\n");
        app.Write("Procfile", "web: hello");
        app.Write(".buildpacks", $"# one of the source, and one of the server\n./apt\nprocfile\n");
        app.Copy("apt", "apt");
        var outcome = await BuildAsync(app);
        Assert.Contains("       Buildpacks chosen by .buildpacks", app.Output);
        Assert.Equal((0, "Hello, world!\n"), await app.RunAsync(outcome, "web"));
        await BuildAsync(app);
        Assert.Contains("-----> Aptfile is unchanged, reusing the layer", app.Output);
    }

    [RootFact]
    public async Task A_buildpack_is_fetched_by_its_address_as_an_archive_or_a_repository()
    {
        using var directory = new TemporaryDirectory();
        Shell(
            directory.Path,
            $"""
            cp -R {TestApp.BuildpackOfTests("samples")} repository && cd repository
            git init -q -b main && git add . && git -c user.name=n -c user.email=e commit -q -m one
            cd ..
            tar -czf moon.tgz -C repository hello-moon
            python3 -c "import shutil; shutil.make_archive('moon', 'zip', 'repository', 'hello-moon')"
            mkdir bad && ln -s /etc bad/etc && tar -czf bad.tgz bad
            """);
        using var server = new HttpFileServer(directory.Path, Gateway);
        await using var byHttp = new GitHttpServer(directory.Path);
        using var repositories = await GitDaemon.StartAsync(directory.Path, "repository", Gateway);
        using var app = new TestApp(node);
        app.Write("x.txt", "x");
        app.Write("Procfile", "web: moon");
        foreach (var address in (string[])[$"{server.Address}moon.tgz", $"{repositories.Address}repository#main:hello-moon", $"{repositories.Address}repository#main:/hello-universe/", $"{byHttp.Url}/repository#main:hello-moon", $"{byHttp.Url}/away/repository#main:hello-moon"])
        {
            app.Buildpacks = [BuildpackSource.Parse(address)];
            var outcome = await BuildAsync(app);
            Assert.Equal((0, "MOON! moon-value\n"), await app.RunAsync(outcome, "web"));
        }

        app.Buildpacks = [];
        await BuildAsync(app, new Dictionary<string, string> { ["BUILDPACK_URL"] = $"{server.Address}moon.zip" });
        Assert.Contains("       Buildpacks chosen by BUILDPACK_URL", app.Output);

        foreach (var (address, expected) in new[]
        {
            ($"{server.Address}missing.tgz", "HTTP 404"),
            ($"{server.Address}bad.tgz", "out of the archive"),
            ($"{repositories.Address}repository", "name one of these directories"),
            ($"{repositories.Address}repository#main:../../..", "not within the repository"),
            ($"{repositories.Address}repository#main:nothing", "no directory nothing"),
            ($"{repositories.Address}repository#nothing:x", "has no nothing"),
            ("http://127.0.0.1:1/x.tgz", "this host itself"),
            ("http://127.0.0.1:1/x", "this host itself"),
            // Also not by a detour.
            ($"{server.Address}away.git", "this host itself"),
            ($"{server.Address}away.tgz", "this host itself"),
            ("./nothing", "no directory nothing"),
            ("./x.txt", "no directory x.txt"),
            ("heroku/cobol", "there is no buildpack 'heroku/cobol'"),
        })
        {
            app.Buildpacks = [BuildpackSource.Parse(address)];
            var error = await Assert.ThrowsAsync<BuildException>(() => BuildAsync(app));
            Assert.Contains(expected, $"{error.Message} {error.Hint}", StringComparison.Ordinal);
        }
    }

    private async Task<BuildOutcome> BuildAsync(TestApp app, IReadOnlyDictionary<string, string>? env = null)
    {
        try
        {
            return await app.BuildAsync(env: env);
        }
        finally
        {
            output.WriteLine(app.Text);
        }
    }

    private static void Shell(string directory, string script)
    {
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-ec", script]) { WorkingDirectory = directory })!;
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
    }
}
