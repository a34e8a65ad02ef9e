using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Paas.Contracts.Routing;
using Paas.Logs;

namespace Paas.Router.Tests;

public sealed class AccessLogTests : IAsyncLifetime
{
    private readonly RouterProcess router = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await router.DisposeAsync();

    [Fact]
    public async Task Each_request_is_one_line_whatever_a_visitor_writes()
    {
        await using var app = await Upstream.StartAsync(context => context.Response.WriteAsync(new string('x', 1234)));
        await router.StartAsync();
        await router.ApplyAsync(new RouterSnapshot(1, [
            new("app", ["app.test"], [new("web.1", "web", app.Address)]),
            new("idle", ["idle.test"], []),
            new("quiet", ["quiet.test"], [new("web.1", "web", app.Address)], AccessLog: false)]));
        using var visitor = router.Visitor();
        visitor.DefaultRequestHeaders.Add("X-Request-Id", "12345678");
        await visitor.GetStringAsync("http://app.test/a?b=c");
        await visitor.GetStringAsync("http://quiet.test/");
        using var nothing = await visitor.GetAsync("http://idle.test/");
        await router.RawAsync("GET /\"status=200\\x HTTP/1.1\r\nHost: app.test\r\nConnection: close\r\n\r\n");
        await Poll.UntilAsync(() => Lines("app").Count == 2 && Lines("idle").Count == 1, "three lines are written");
        Assert.Matches(
            new Regex("^method=GET path=\"/a\\?b=c\" host=app\\.test request_id=12345678 fwd=\"127\\.0\\.0\\.1\" instance=web\\.1 connect=\\d+ms service=\\d+ms status=200 bytes=1234 protocol=http$"),
            Lines("app")[0]);
        Assert.StartsWith("method=GET path=\"/_status=200_x\" host=app.test ", Lines("app")[1], StringComparison.Ordinal);
        Assert.Matches("instance=- .* status=503 bytes=\\d+ protocol=http error=no-healthy-instance$", Lines("idle")[0]);
        Assert.False(Directory.Exists(Path.Combine(router.Logs, "quiet")));
    }

    [Fact]
    public async Task Every_request_of_a_burst_has_its_line()
    {
        const int Requests = 20_000;
        await using var app = await Upstream.NamedAsync("ok");
        await router.StartAsync();
        await router.ApplyAsync(new RouterSnapshot(1, [new("app", ["app.test"], [new("web.1", "web", app.Address)])]));
        using var visitor = router.Visitor();
        await Parallel.ForAsync(0, Requests, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (i, ct) => await visitor.GetStringAsync($"http://app.test/{i}", ct));
        await Poll.UntilAsync(() => Lines("app").Count >= Requests, "every line is written");
        Assert.Equal(Requests, Lines("app").Select(line => line.Split('"')[1]).Distinct().Count());
    }

    [Fact]
    public async Task It_serves_when_it_cannot_write_and_says_so_once()
    {
        await using var app = await Upstream.NamedAsync("ok");
        await router.StartAsync();
        await File.WriteAllTextAsync(router.Logs, "a file where the directory should be");
        await router.ApplyAsync(new RouterSnapshot(1, [new("app", ["app.test"], [new("web.1", "web", app.Address)])]));
        using var visitor = router.Visitor();
        for (var i = 0; i < 50; i++) Assert.Equal("ok", await visitor.GetStringAsync("http://app.test/"));
        await Poll.UntilAsync(() => router.Output.Contains("access lines are not written", StringComparison.Ordinal), "it says so");
        Assert.Equal(2, router.Output.Split("access lines are not written").Length);
    }

    private List<string> Lines(string app)
    {
        var directory = Path.Combine(router.Logs, app, "router");
        return Directory.Exists(directory)
            ? [.. new LogReader(directory).ReadLast(100_000).Select(record => record.Entry.Text)]
            : [];
    }
}
