using System.Net;
using Paas.Testing;
using Paas.Testing.Servers;
using Xunit.Abstractions;

namespace Paas.EndToEnd.Tests;

/// <summary>Apps that are built by buildpacks of other people's.</summary>
[Collection(ServerCollection.Name)]
public sealed class BuildpackTests(ServerFixture fixture, ITestOutputHelper output)
{
    [RootFact]
    public async Task A_buildpack_of_Heroku_s_from_a_git_server_builds_and_a_push_that_it_is_not_for_is_refused_and_explained()
    {
        using var elsewhere = new TemporaryDirectory();
        (await new Command("cp", "-R", Path.Combine(Repository.Root, "tests/buildpacks/heroku"), elsewhere.Combine("greeter")).RunAsync()).Succeeded();
        foreach (var words in (string[][])[["init", "-q", "-b", "main"], ["add", "."], ["-c", "user.name=n", "-c", "user.email=e", "commit", "-q", "-m", "one"], ["tag", "v1"]])
        {
            (await new Command("git", words) { Directory = elsewhere.Combine("greeter") }.RunAsync()).Succeeded();
        }

        using var git = await GitDaemon.StartAsync(elsewhere.Path, "greeter", fixture.Server.Gateway);
        await using var app = await AppCheckout.CreateAsync(fixture.Server, new Dictionary<string, string> { ["greeting.txt"] = "Good day" }, "greeted");
        var set = (await app.PaasAsync("buildpacks:set", $"{git.Address}greeter#v1")).Succeeded();
        Assert.Contains($"  1. {git.Address}greeter#v1", set.Stderr, StringComparison.Ordinal);
        var push = (await PushAsync(app)).Succeeded();
        Assert.Contains("Buildpacks chosen by buildpacks:set", push.Stderr, StringComparison.Ordinal);
        Assert.Contains("-----> greeter app detected", push.Stderr, StringComparison.Ordinal);
        Assert.Contains("-----> Installing the greeter for heroku-22", push.Stderr, StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.OK, "Good day from /app"), await AnswerAsync(app));
        Assert.Contains("Built by heroku/1-greeter 0.0.0, paas/procfile 0.1.0.", (await app.PaasAsync("builds:explain")).Succeeded().Stdout, StringComparison.Ordinal);

        File.Move(app.PathOf("greeting.txt"), app.PathOf("farewell.txt"));
        await app.CommitAsync("Say good-bye");
        var refused = await PushAsync(app);
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("the buildpacks chosen by buildpacks:set do not fit this app", refused.Stderr, StringComparison.Ordinal);
        var why = (await app.PaasAsync("builds:explain")).Succeeded().Stdout;
        Assert.Matches("heroku/1-greeter +does not fit", why);
        Assert.Contains("None fits.", why, StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.OK, "Good day from /app"), await AnswerAsync(app));
    }

    [RootFact]
    public async Task Cloud_Native_Buildpacks_of_the_server_and_of_the_source_build_together()
    {
        await using var app = await AppCheckout.CreateAsync(fixture.Server, new Dictionary<string, string> { ["x.txt"] = "x" }, "moonlit");
        (await new Command("cp", "-R", Path.Combine(Repository.Root, "tests/buildpacks/samples/hello-world"), app.PathOf("world")).RunAsync()).Succeeded();
        await app.CommitAsync("A buildpack of its own");
        (await app.PaasAsync("buildpacks:set", "./world")).Succeeded();
        (await app.PaasAsync("buildpacks:add", "--index", "1", Path.Combine(Repository.Root, "tests/buildpacks/samples/hello-moon"))).Succeeded();
        var push = (await PushAsync(app)).Succeeded();
        Assert.Contains("Buildpacks: test/hello-moon 1.0.0, test/hello-world 1.0.0", push.Stderr, StringComparison.Ordinal);
        Assert.Equal("MOON! moon-value\n", (await app.PaasAsync("run", "--", "moon")).Succeeded().Stdout.ReplaceLineEndings("\n"));
        Assert.Contains("test/hello-moon 1.0.0, test/hello-world 1.0.0", (await app.PaasAsync("buildpacks:report")).Succeeded().Stdout, StringComparison.Ordinal);

        // What is launched and what only the build had: listed, fetched.
        Assert.Matches("launch/test_hello-moon/moon/sbom.cdx.json +application/vnd.cyclonedx\\+json +25 B", (await app.PaasAsync("builds:sbom")).Succeeded().Stdout);
        using var bills = new TemporaryDirectory();
        (await app.PaasAsync("builds:sbom", "1", "-o", bills.Path)).Succeeded();
        Assert.Equal(
            ["build/test_hello-moon/sbom.spdx.json", "launch/test_hello-moon/moon/sbom.cdx.json", "launch/test_hello-moon/sbom.spdx.json"],
            Directory.GetFiles(bills.Path, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(bills.Path, file)).Order(StringComparer.Ordinal));
        Assert.Equal("{\"bomFormat\":\"CycloneDX\"}", await File.ReadAllTextAsync(bills.Combine("launch/test_hello-moon/moon/sbom.cdx.json")));
    }

    private static async Task<(HttpStatusCode Status, string Body)> AnswerAsync(AppCheckout app)
    {
        var answer = await app.GetAsync();
        return (answer.Status, answer.Body);
    }

    private async Task<CommandResult> PushAsync(AppCheckout app)
    {
        var push = await app.PushAsync();
        output.WriteLine(push.Output);
        return push;
    }
}
