using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Paas.Router.Tests;

/// <summary>Requests that two servers could read differently must be refused, or reach the app in one reading only.</summary>
public sealed class SmugglingTests(RunningRouter router) : IClassFixture<RunningRouter>
{
    private static readonly string[] Ambiguous =
    [
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a.test\r\nHost: b.test\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a.test, b.test\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a.test/b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a.test@b.test\r\n\r\n",
        "GET / HTTP/1.1\r\nHost : a.test\r\n\r\n",
        "GET http://b.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        
        "POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: gzip\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a.test\r\nX-A: b\r\n folded\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a.test\r\nX-A: b\rX-B: c\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a.test\r\nX-A: b\0c\r\n\r\n",
        "GET /\0 HTTP/1.1\r\nHost: a.test\r\n\r\n",
        "GET /\u00e4 HTTP/1.1\r\nHost: a.test\r\n\r\n",
        "GET / HTTP/1.1 extra\r\nHost: a.test\r\n\r\n",
    ];

    public static TheoryData<string> Requests => [.. Ambiguous];

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task An_ambiguous_request_is_400_and_reaches_no_app(string request)
    {
        var reached = 0;
        await using var app = await Upstream.StartAsync(context =>
        {
            Interlocked.Increment(ref reached);
            return Task.CompletedTask;
        });
        await router.RouteAsync("a", app.Address);
        var answer = await router.Process.RawAsync(request, "\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.Equal(0, reached);
    }

    [Fact]
    public async Task A_length_written_oddly_reaches_the_app_written_plainly()
    {
        await using var app = await Upstream.StartAsync(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            await context.Response.WriteAsync($"{context.Request.Headers.ContentLength} {await reader.ReadToEndAsync()}");
        });
        await router.RouteAsync("a", app.Address);
        var answer = await router.Process.RawAsync("POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: +1\r\n\r\na", "\r\n0\r\n\r\n");
        Assert.Contains("1 a", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_with_both_framings_reaches_the_app_in_one_and_ends_the_connection()
    {
        var seen = new List<string>();
        await using var app = await Upstream.StartAsync(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            var line = $"{context.Features.Get<IHttpRequestFeature>()!.RawTarget} {context.Request.ContentLength} {await reader.ReadToEndAsync()}";
            lock (seen) seen.Add(line);
            context.Response.ContentLength = 0;
        });
        await router.RouteAsync("a", app.Address);
        await router.Process.RawAsync(
            "POST /first HTTP/1.1\r\nHost: a.test\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" +
            "GET /second HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n");
        Assert.Equal(["/first  "], seen);
    }

    [Fact]
    public async Task Pipelined_requests_are_answered_in_order_each_by_its_own_app()
    {
        await using var one = await Upstream.NamedAsync("from-one");
        await using var two = await Upstream.NamedAsync("from-two");
        await router.RouteAsync("one", one.Address);
        await router.RouteAsync("two", two.Address);
        var answer = await router.Process.RawAsync(
            "GET / HTTP/1.1\r\nHost: one.test\r\n\r\nGET / HTTP/1.1\r\nHost: two.test\r\n\r\nGET / HTTP/1.1\r\nHost: none.test\r\nConnection: close\r\n\r\n");
        var places = new[] { "from-one", "from-two", "No app at none.test" }.Select(text => answer.IndexOf(text, StringComparison.Ordinal)).ToList();
        Assert.DoesNotContain(-1, places);
        Assert.Equal(places.Order(), places);
    }
}
