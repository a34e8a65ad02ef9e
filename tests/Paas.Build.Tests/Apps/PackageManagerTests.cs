using Paas.Testing;

namespace Paas.Build.Tests.Apps;

/// <summary>Node.js apps whose lockfile is not npm's.</summary>
[Collection(BuildNodeCollection.Name)]
public sealed class PackageManagerTests(BuildNode node)
{
    [RootTheory]
    [InlineData("node-pnpm", "pnpm install, from pnpm-lock.yaml")]
    [InlineData("node-yarn", "yarn install, from yarn.lock")]
    [InlineData("node-yarn-classic", "yarn install, from yarn.lock")]
    public async Task The_lockfile_s_own_manager_installs_once(string sample, string says)
    {
        using var app = new TestApp(node, sample, warm: true);
        var outcome = await app.BuildAsync();
        Assert.Contains("       " + says, app.Output);
        await app.RunAsync(outcome, "web", async client =>
            Assert.Equal("production true, development false, built true", await TestApp.GetAsync(client)));

        app.Write("server.js", File.ReadAllText(Path.Combine(app.Source, "server.js")).Replace("built ", "again ", StringComparison.Ordinal));
        outcome = await app.BuildAsync();
        Assert.DoesNotContain("install, from", app.Text, StringComparison.Ordinal);
        Assert.Contains(app.Output, line => line.StartsWith("       Reusing layer paas/nodejs:modules ", StringComparison.Ordinal));
        await app.RunAsync(outcome, "web", async client =>
            Assert.Equal("production true, development false, again true", await TestApp.GetAsync(client)));
    }

    [RootTheory]
    [InlineData("npm")]
    [InlineData("node-pnpm")]
    [InlineData("node-yarn")]
    [InlineData("node-yarn-classic")]
    public async Task What_the_build_script_writes_among_the_packages_is_of_this_build(string sample)
    {
        using var app = new TestApp(node, sample == "npm" ? "node-pnpm" : sample, warm: true);
        if (sample == "npm") File.Delete(Path.Combine(app.Source, "pnpm-lock.yaml"));
        app.Write("build.js", """
            const fs = require("fs");
            if (fs.lstatSync("node_modules").isSymbolicLink()) throw new Error("node_modules is a link");
            fs.mkdirSync("node_modules/.client", { recursive: true });
            fs.writeFileSync("node_modules/.client/index.js", `module.exports = "${fs.readFileSync("schema", "utf8")}"`);
            fs.writeFileSync("built", String(require("is-odd")(3)));
            """);
        app.Write("server.js", File.ReadAllText(Path.Combine(app.Source, "server.js")).Replace("built $", "client ${require('.client')}, built $", StringComparison.Ordinal));
        foreach (var schema in (string[])["first", "second"])
        {
            app.Write("schema", schema);
            var outcome = await app.BuildAsync();
            await app.RunAsync(outcome, "web", async client =>
                Assert.Equal($"production true, development false, client {schema}, built true", await TestApp.GetAsync(client)));
        }

        Assert.Contains("       Using node_modules from the cache: package.json and lockfile are unchanged", app.Output);
    }

    [RootFact]
    public async Task A_lockfile_that_does_not_fit_is_said_with_what_to_do()
    {
        using var app = new TestApp(node, "node-pnpm", warm: true);
        app.Write("package.json", File.ReadAllText(Path.Combine(app.Source, "package.json")).Replace("7.0.0", "6.0.0", StringComparison.Ordinal));
        await Assert.ThrowsAsync<BuildException>(() => app.BuildAsync());
        Assert.Contains(" !     pnpm-lock.yaml and package.json disagree", app.Output);
        Assert.Contains(" !     On your machine run pnpm install, commit pnpm-lock.yaml and push again.", app.Output);
    }

    [RootFact]
    public async Task Lockfiles_of_two_managers_are_refused_before_anything_is_fetched()
    {
        using var app = new TestApp(node, "node-pnpm", warm: true);
        app.Write("yarn.lock", "");
        await Assert.ThrowsAsync<BuildException>(() => app.BuildAsync());
        Assert.Contains(" !     there are lockfiles of several package managers: yarn.lock pnpm-lock.yaml", app.Output);
    }
}
