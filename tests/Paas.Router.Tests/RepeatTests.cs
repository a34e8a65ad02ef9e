using System.Net;

namespace Paas.Router.Tests;

/// <summary>What is sent again when an app closes the connection without an answer, counted by the app.</summary>
public sealed class RepeatTests(RunningRouter router) : IClassFixture<RunningRouter>
{
    [Theory]
    [InlineData("POST", "", 1)]
    [InlineData("POST", "Content-Length: 0\r\n", 1)]
    [InlineData("POST", "Expect: 100-continue\r\n", 1)]
    [InlineData("PATCH", "", 1)]
    [InlineData("PUT", "", 1)]
    [InlineData("DELETE", "", 1)]
    [InlineData("REPORT", "", 1)]
    [InlineData("GET", "", 2)]
    [InlineData("HEAD", "", 2)]
    [InlineData("OPTIONS", "", 2)]
    [InlineData("GET", "Content-Type: text/plain\r\n", 2)]
    public async Task Without_a_body_it_is_sent_once_or_for_reading_twice(string method, string headers, int times)
    {
        await using var alone = RawUpstream.Closing();
        await router.RouteAsync("alone", alone.Address);
        Assert.StartsWith("HTTP/1.1 502 ", await SendAsync(method, "alone", headers), StringComparison.Ordinal);
        Assert.Equal(times, alone.Heads.Count);

        await using var first = RawUpstream.Closing();
        await using var second = RawUpstream.Closing();
        await router.RouteAsync("pair", first.Address, second.Address);
        Assert.StartsWith("HTTP/1.1 502 ", await SendAsync(method, "pair", headers), StringComparison.Ordinal);
        Assert.Equal(times, first.Heads.Count + second.Heads.Count);
        Assert.InRange(first.Heads.Count, 0, 1);
    }

    [Theory]
    [InlineData("POST", 1)]
    [InlineData("DELETE", 1)]
    [InlineData("GET", 2)]
    public async Task An_app_that_took_the_request_and_then_no_connection_is_not_taken_for_one_that_got_nothing(string method, int times)
    {
        // Whichever is asked first takes the request, and connections no more; both do once they have one.
        var heads = 0;
        var upstreams = new List<RawUpstream>();
        for (var i = 0; i < 2; i++)
        {
            var at = i;
            upstreams.Add(new RawUpstream((_, _, _) =>
            {
                Interlocked.Increment(ref heads);
                upstreams[at].StopListening();
                return Task.CompletedTask;
            }));
        }

        await router.RouteAsync("dying", upstreams[0].Address, upstreams[1].Address);
        Assert.StartsWith("HTTP/1.1 502 ", await SendAsync(method, "dying", ""), StringComparison.Ordinal);
        Assert.Equal(times, heads);
        foreach (var upstream in upstreams) await upstream.DisposeAsync();
    }

    [Fact]
    public async Task Reading_is_repeated_at_another_instance_if_there_is_one()
    {
        await using var closing = RawUpstream.Closing();
        await using var healthy = await Upstream.NamedAsync("healthy");
        await router.RouteAsync("mixed", closing.Address, healthy.Address);
        using var visitor = router.Process.Visitor();
        for (var i = 0; i < 20; i++) Assert.Equal("healthy", await visitor.GetStringAsync("http://mixed.test/"));
        Assert.NotEmpty(closing.Heads);
    }

    [Theory]
    [InlineData("GET", HttpStatusCode.OK)]
    [InlineData("POST", HttpStatusCode.BadGateway)]
    public async Task A_kept_connection_that_ends_as_the_request_comes_is_made_anew_for_reading(string method, HttpStatusCode status)
    {
        // The first request on each connection is answered, the second one finds it closing.
        await using var app = new RawUpstream(async (socket, _, ct) =>
        {
            await socket.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), ct);
            await socket.ReceiveAsync(new byte[4096], ct);
        });
        await router.RouteAsync("kept", app.Address);
        using var visitor = router.Process.Visitor();
        using var first = await visitor.GetAsync("http://kept.test/");
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        using var second = await visitor.SendAsync(new HttpRequestMessage(new HttpMethod(method), "http://kept.test/"));
        Assert.Equal(status, second.StatusCode);
    }

    private Task<string> SendAsync(string method, string app, string headers) =>
        router.Process.RawAsync($"{method} / HTTP/1.1\r\nHost: {app}.test\r\n{headers}Connection: close\r\n\r\n");
}
