using System.Net;
using Microsoft.AspNetCore.Http;
using Paas.Contracts.Routing;

namespace Paas.Router.Tests;

public sealed class BalanceTests(RunningRouter router) : IClassFixture<RunningRouter>
{
    [Fact]
    public async Task The_endpoint_with_the_least_requests_gets_the_next_one()
    {
        var release = new TaskCompletionSource();
        await using var first = await BlockingAsync("first", release.Task);
        await using var second = await BlockingAsync("second", release.Task);
        await using var third = await BlockingAsync("third", release.Task);
        await router.RouteAsync("least", first.Address, second.Address, third.Address);
        using var visitor = router.Process.Visitor();
        var held = new List<Task<string>>();
        for (var i = 1; i <= 9; i++)
        {
            held.Add(visitor.GetStringAsync("http://least.test/"));
            var expected = i;
            await Poll.UntilAsync(
                async () => (await router.Process.InflightAsync()).Where(load => IsOneOf(load, first, second, third)).Sum(load => load.Requests) == expected,
                () => $"{expected} requests are under way");
        }

        Assert.All((await router.Process.InflightAsync()).Where(load => IsOneOf(load, first, second, third)), load => Assert.Equal(3, load.Requests));
        release.SetResult();
        Assert.Equal(3, (await Task.WhenAll(held)).GroupBy(name => name).Count(group => group.Count() == 3));
    }

    [Fact]
    public async Task Idle_endpoints_all_get_requests()
    {
        await using var first = await Upstream.NamedAsync("1");
        await using var second = await Upstream.NamedAsync("2");
        await using var third = await Upstream.NamedAsync("3");
        await router.RouteAsync("spread", first.Address, second.Address, third.Address);
        using var visitor = router.Process.Visitor();
        var seen = new HashSet<string>();
        for (var i = 0; i < 200; i++) seen.Add(await visitor.GetStringAsync("http://spread.test/"));
        Assert.Equal(3, seen.Count);
    }

    [Theory]
    [InlineData("GET", false)]
    [InlineData("POST", true)]
    public async Task A_refused_connection_is_tried_elsewhere(string method, bool body)
    {
        await using var healthy = await Upstream.StartAsync(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            await context.Response.WriteAsync($"healthy {await reader.ReadToEndAsync()}");
        });
        var app = $"half-{method.ToLowerInvariant()}";
        await router.RouteAsync(app, $"127.0.0.1:{AnswerTests.FreePort()}", healthy.Address);
        using var visitor = router.Process.Visitor();
        for (var i = 0; i < 30; i++)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), $"http://{app}.test/");
            if (body) request.Content = new StringContent("the body");
            using var answer = await visitor.SendAsync(request);
            Assert.Equal(body ? "healthy the body" : "healthy ", await answer.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task A_request_that_may_have_been_acted_on_is_not_repeated()
    {
        var posts = 0;
        RequestDelegate dying = context =>
        {
            Interlocked.Increment(ref posts);
            context.Abort();
            return Task.CompletedTask;
        };
        await using var first = await Upstream.StartAsync(dying);
        await using var second = await Upstream.StartAsync(dying);
        await router.RouteAsync("once", first.Address, second.Address);
        using var visitor = router.Process.Visitor();
        using var answer = await visitor.PostAsync("http://once.test/", new StringContent("pay"));
        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.Equal(1, posts);

        using var read = await visitor.GetAsync("http://once.test/");
        Assert.Equal(HttpStatusCode.BadGateway, read.StatusCode);
        Assert.Equal(3, posts);
    }

    [Fact]
    public async Task An_endpoint_that_left_is_listed_until_it_is_idle_and_gets_nothing_new()
    {
        var release = new TaskCompletionSource();
        await using var old = await BlockingAsync("old", release.Task);
        await using var fresh = await Upstream.NamedAsync("fresh");
        await router.RouteAsync("rolling", old.Address);
        using var visitor = router.Process.Visitor();
        var held = visitor.GetStringAsync("http://rolling.test/");
        await Poll.UntilAsync(
            async () => (await router.Process.InflightAsync()).Contains(new EndpointLoad(old.Address, 1)), () => "the request is under way");

        await router.RouteAsync("rolling", fresh.Address);
        for (var i = 0; i < 20; i++) Assert.Equal("fresh", await visitor.GetStringAsync("http://rolling.test/"));
        Assert.Contains(new EndpointLoad(old.Address, 1), await router.Process.InflightAsync());

        release.SetResult();
        Assert.Equal("old", await held);
        await Poll.UntilAsync(
            async () => (await router.Process.InflightAsync()).All(load => load.Address != old.Address), () => "the old endpoint is forgotten");
    }

    [Fact]
    public async Task Swapping_endpoints_under_load_fails_no_request()
    {
        await using var a = await Upstream.NamedAsync("a");
        await using var b = await Upstream.NamedAsync("b");
        await router.RouteAsync("swapped", a.Address);
        using var visitor = router.Process.Visitor();
        using var stop = new CancellationTokenSource();
        var loads = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            var count = 0;
            for (; !stop.IsCancellationRequested; count++)
            {
                using var answer = await visitor.GetAsync("http://swapped.test/");
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            }

            return count;
        })).ToList();
        for (var i = 0; i < 40; i++) await router.RouteAsync("swapped", i % 2 == 0 ? b.Address : a.Address);
        await stop.CancelAsync();
        Assert.True((await Task.WhenAll(loads)).Sum() > 0);
    }

    private static bool IsOneOf(EndpointLoad load, params Upstream[] upstreams) => upstreams.Any(upstream => upstream.Address == load.Address);

    private static Task<Upstream> BlockingAsync(string name, Task until) => Upstream.StartAsync(async context =>
    {
        // The headers go at once: what blocks is the body, which has no time limit.
        await context.Response.StartAsync();
        await context.Response.WriteAsync(name[..1]);
        await until.WaitAsync(context.RequestAborted);
        await context.Response.WriteAsync(name[1..]);
    });
}
