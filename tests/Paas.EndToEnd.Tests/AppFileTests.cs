using System.Text.Json;
using Paas.Contracts.Api;
using Paas.Testing;
using Paas.Testing.Servers;

namespace Paas.EndToEnd.Tests;

/// <summary>What <c>app.json</c> says of how a release runs, pushed and seen.</summary>
[Collection(ServerCollection.Name)]
public sealed class AppFileTests(ServerFixture fixture)
{
    private const string Server = """
        const http = require("http"), fs = require("fs");
        http.createServer((request, response) => {
          const ill = fs.existsSync("/tmp/ill");
          response.statusCode = request.url === "/up" && (ill || !request.headers.host.startsWith(process.env.PAAS_APP)) ? 500 : 200;
          response.end(request.url === "/up" ? "all is well" : "hello");
        }).listen(process.env.PORT);
        """;

    private const string Checks = """
        {
          "healthchecks": { "web": [
            { "type": "startup", "name": "up", "path": "/up", "content": "well", "attempts": 2, "wait": 1 },
            { "type": "liveness", "path": "/up", "attempts": 2, "wait": 1 }
          ] }
        }
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [RootFact]
    public async Task Startup_checks_decide_and_an_instance_that_is_not_alive_any_more_is_replaced()
    {
        await using var app = await CreateAsync("lively", Checks);
        (await app.PushAsync()).Succeeded();
        app.Replace("app.json", "\"content\": \"well\"", "\"content\": \"excellent\"");
        await app.CommitAsync("Ask for more");
        var refused = await app.PushAsync();
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("its startup check failed: up: the answer to GET /up does not contain 'excellent'", refused.Stderr, StringComparison.Ordinal);
        Assert.Equal("hello", (await app.GetAsync()).Body);

        var first = await app.InstanceAsync("web.1");
        Assert.Equal((1, HealthStatus.Healthy), (first.Release, first.Health));
        (await app.PaasAsync("enter", "web.1", "--", "touch", "/tmp/ill")).Succeeded();
        await Eventually.TrueAsync("another instance serves", Patience, async () =>
            await app.InstancesAsync() is [{ Status: InstanceStatus.Up, Health: HealthStatus.Healthy } only] && only.ContainerId != first.ContainerId);
        Assert.Equal("hello", (await app.GetAsync()).Body);
        Assert.Contains("web.1 is replaced: its liveness check in app.json failed", (await app.PaasAsync("logs", "--source", "paas")).Succeeded().Stdout, StringComparison.Ordinal);
    }

    [RootFact]
    public async Task Tasks_by_the_clock_run_in_the_live_release_and_go_with_it()
    {
        const string Tasks = """{ "cron": [{ "command": "echo tidy at v$PAAS_RELEASE with $COLOUR; exit 3", "schedule": "* * * * *" }, { "command": "tick", "schedule": "0 0 29 2 *" }] }""";
        await using var app = await CreateAsync("punctual", Tasks);
        (await app.PaasAsync("config:set", "COLOUR=blue")).Succeeded();
        Assert.Contains("app.json has 2 tasks by the clock", (await app.PushAsync()).Succeeded().Stderr, StringComparison.Ordinal);
        await Eventually.TrueAsync("a minute has come", Patience, async () => (await CronAsync(app))[0] is { ExitStatus: 3, EndedAt: not null });
        Assert.Contains("tidy at vv1 with blue", (await app.PaasAsync("logs", "--source", "cron.1")).Succeeded().Stdout, StringComparison.Ordinal);
        var list = (await app.PaasAsync("cron")).Succeeded().Stdout;
        Assert.Matches(@"cron\.1 +\* \* \* \* \* +next .* UTC +exit status 3, \d+s ago +echo tidy", list);
        Assert.Matches(@"cron\.2 +0 0 29 2 \* +next 2028-02-29 00:00 UTC +has not run yet +tick", list);

        // A process type, by hand, with its exit status.
        var now = await app.PaasAsync("cron:run", "punctual", "2");
        Assert.Equal((0, "tock\n"), (now.ExitCode, now.Stdout));
        Assert.Equal(3, (await app.PaasAsync("cron:run", "cron.1")).ExitCode);
        var none = await app.PaasAsync("cron:run", "3");
        Assert.Equal(1, none.ExitCode);
        Assert.Contains("punctual has no task 3", none.Stderr, StringComparison.Ordinal);

        File.Delete(app.PathOf("app.json"));
        await app.CommitAsync("No tasks");
        (await app.PushAsync()).Succeeded();
        Assert.Empty(await CronAsync(app));
        (await app.PaasAsync("rollback", "v1")).Succeeded();
        Assert.Equal(2, (await CronAsync(app)).Count);
    }

    [RootFact]
    public async Task Of_a_repository_with_several_apps_each_builds_its_own()
    {
        var small = new Dictionary<string, string>
        {
            ["apps/one/index.html"] = "the first", ["apps/two/server.js"] = Server, ["apps/two/package.json"] = """{ "name": "two" }""", ["apps/two/Procfile"] = "web: node server.js",
            ["apps/link"] = "no directory", ["README.md"] = "Two apps.",
        };
        await using var app = await AppCheckout.CreateAsync(fixture.Server, small, "several");
        (await app.PaasAsync("builder:set", "several", "build-dir", "apps/one/")).Succeeded();
        Assert.Contains("build-dir        apps/one", (await app.PaasAsync("builder")).Succeeded().Stdout, StringComparison.Ordinal);
        Assert.Contains("of apps/one", (await app.PushAsync()).Succeeded().Stderr, StringComparison.Ordinal);
        Assert.Equal("the first", (await app.GetAsync()).Body);
        Assert.Equal(404, (int)(await app.GetAsync("/README.md")).Status);

        // The same commit, of another directory, is another build.
        (await app.PaasAsync("builder:set", "build-dir", "apps/two")).Succeeded();
        await app.CommitAsync("Again");
        (await app.PushAsync()).Succeeded();
        Assert.Equal("hello", (await app.GetAsync()).Body);

        (await app.PaasAsync("builder:set", "build-dir", "apps/link")).Succeeded();
        await app.CommitAsync("Once more");
        var refused = await app.PushAsync();
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("the source has no directory apps/link, which is set as the one to build", refused.Stderr, StringComparison.Ordinal);
        Assert.Contains("paas builder:set build-dir DIRECTORY", refused.Stderr, StringComparison.Ordinal);
        (await app.PaasAsync("builder:set", "build-dir")).Succeeded();
        Assert.Contains("(the whole source)", (await app.PaasAsync("builder")).Succeeded().Stdout, StringComparison.Ordinal);
    }

    private Task<AppCheckout> CreateAsync(string name, string manifest) => AppCheckout.CreateAsync(
        fixture.Server,
        new Dictionary<string, string>
        {
            ["server.js"] = Server, ["package.json"] = """{ "name": "small" }""", ["Procfile"] = "web: node server.js\ntick: echo tock\n", ["app.json"] = manifest,
        },
        name);

    private static async Task<IReadOnlyList<CronTaskDocument>> CronAsync(AppCheckout app) =>
        JsonSerializer.Deserialize((await app.PaasAsync("cron", "--json")).Succeeded().Stdout, ApiJsonContext.Default.IReadOnlyListCronTaskDocument)!;
}
