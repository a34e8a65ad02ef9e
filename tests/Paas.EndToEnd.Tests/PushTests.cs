using System.Diagnostics;
using System.Net;
using Paas.Testing;
using Paas.Testing.Servers;
using Xunit.Abstractions;

namespace Paas.EndToEnd.Tests;

[Collection(ServerCollection.Name)]
public sealed class PushTests(ServerFixture fixture, ITestOutputHelper output)
{
    [RootFact]
    public async Task A_pushed_app_answers_and_a_changed_line_is_live_from_cached_layers()
    {
        await using var app = await AppCheckout.CreateAsync(fixture.Server, "node", "hello");

        var first = await TimedPushAsync(app);
        Assert.Contains("=====> Application deployed:", first.Output, StringComparison.Ordinal);
        Assert.Contains($"http://hello.localhost:{fixture.Server.HttpPort}", first.Output, StringComparison.Ordinal);

        app.Replace("server.js", "Hello", "Goodbye");
        await app.CommitAsync("Say goodbye");
        var second = await TimedPushAsync(app);
        Assert.Contains("Goodbye", (await app.GetAsync()).Body, StringComparison.Ordinal);

        await app.CommitAsync("Nothing changed");
        var third = await TimedPushAsync(app);
        output.WriteLine($"measured: push to 200: first {first.Elapsed.TotalSeconds:F2} s, one line changed {second.Elapsed.TotalSeconds:F2} s, no change {third.Elapsed.TotalSeconds:F2} s");
        Assert.Contains("-----> Nothing changed since v2; its image is taken", third.Output, StringComparison.Ordinal);
        var head = (await fixture.Server.GitAsync(app.Directory, "rev-parse", "HEAD")).Succeeded().Stdout.Trim();
        Assert.Contains(head, (await app.PaasAsync("run", "env")).Succeeded().Stdout, StringComparison.Ordinal);
        Assert.Contains("that of build 2", (await app.PaasAsync("builds:info", "3")).Succeeded().Stdout, StringComparison.Ordinal);
        var rebuilt = (await app.PaasAsync("ps:rebuild")).Succeeded();
        Assert.Contains("-----> Discovering process types", rebuilt.Stdout, StringComparison.Ordinal);
        Assert.Contains("Goodbye", (await app.GetAsync()).Body, StringComparison.Ordinal);
        Assert.DoesNotContain("npm ci", second.Output, StringComparison.Ordinal);
        Assert.True(second.Elapsed < first.Elapsed, "the second push did not profit from the first one's layers");
    }

    [RootFact]
    public async Task A_static_site_is_served()
    {
        await using var app = await AppCheckout.CreateAsync(fixture.Server, "static", "site");
        (await app.PushAsync()).Succeeded();
        var index = await app.GetAsync();
        Assert.Equal(HttpStatusCode.OK, index.Status);
        Assert.Contains("<html", index.Body, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(HttpStatusCode.NotFound, (await app.GetAsync("/no-such-page")).Status);
    }

    [RootFact]
    public async Task A_worker_deploys_without_a_web_process_and_runs_when_scaled()
    {
        await using var app = await AppCheckout.CreateAsync(fixture.Server, "worker", "worker");
        (await app.PushAsync()).Succeeded();
        (await app.PaasAsync("scale", "worker=1")).Succeeded();
        var worker = await app.InstanceAsync("worker.1");
        Assert.Equal(Contracts.Api.InstanceStatus.Up, worker.Status);
        await Eventually.TrueAsync("the worker logs", TimeSpan.FromSeconds(20), async () =>
            (await app.PaasAsync("logs", "-n", "50", "--ps", "worker.1")).Stdout.Contains("worker.1", StringComparison.Ordinal));
        var answer = await app.GetAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.Status);
    }

    [RootFact]
    public async Task Another_branch_is_accepted_but_not_deployed()
    {
        await using var app = await AppCheckout.CreateAsync(fixture.Server, "static", "branches");
        (await app.PushAsync()).Succeeded();
        (await fixture.Server.GitAsync(app.Directory, "checkout", "-q", "-b", "topic")).Succeeded();
        await app.CommitAsync("On a topic");
        var push = (await app.PushAsync("topic")).Succeeded();
        Assert.Contains("main", push.Stderr, StringComparison.Ordinal);
        var releases = (await app.PaasAsync("releases", "--json")).Succeeded();
        Assert.Single(System.Text.Json.JsonDocument.Parse(releases.Stdout).RootElement.EnumerateArray());
    }

    [RootFact]
    public async Task What_was_pushed_can_be_cloned_back()
    {
        await using var app = await AppCheckout.CreateAsync(fixture.Server, "static", "cloned");
        (await app.PushAsync()).Succeeded();
        using var elsewhere = new TemporaryDirectory();
        (await fixture.Server.GitAsync(elsewhere.Path, "clone", "-q", $"{fixture.Server.DashboardUrl}/cloned.git", "copy")).Succeeded();
        Assert.True(File.Exists(elsewhere.Combine("copy", "index.html")) || Directory.EnumerateFiles(elsewhere.Combine("copy"), "*.html", SearchOption.AllDirectories).Any());
    }

    private async Task<CommandResult> TimedPushAsync(AppCheckout app)
    {
        var clock = Stopwatch.StartNew();
        var push = await app.PushAsync();
        if (push.ExitCode != 0) output.WriteLine(fixture.Server.Diagnostics());
        push.Succeeded();
        output.WriteLine(push.Output);
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync()).Status);
        return push with { Elapsed = clock.Elapsed };
    }
}
