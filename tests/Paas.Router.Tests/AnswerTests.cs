using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Paas.Contracts.Routing;

namespace Paas.Router.Tests;

/// <summary>What the router answers itself.</summary>
public sealed class AnswerTests(RunningRouter router) : IClassFixture<RunningRouter>
{
    [Fact]
    public async Task An_unknown_host_is_404_and_says_so()
    {
        await router.RouteAsync("known", "127.0.0.1:9");
        using var visitor = router.Process.Visitor();
        using var answer = await visitor.GetAsync("http://stranger.test/");
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("text/plain", answer.Content.Headers.ContentType!.MediaType);
        Assert.Contains("No app at stranger.test", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_browser_gets_a_page_and_nothing_of_the_visitors_in_it_is_markup()
    {
        await router.RouteAsync(new RoutedApp("page", ["page.test"], [], "page is <b>scaled</b> to zero"));
        using var visitor = router.Process.Visitor();
        visitor.DefaultRequestHeaders.Accept.ParseAdd("text/html");
        using var answer = await visitor.GetAsync("http://page.test/");
        var page = await answer.Content.ReadAsStringAsync();
        Assert.Equal("text/html", answer.Content.Headers.ContentType!.MediaType);
        Assert.Contains("page is &lt;b&gt;scaled&lt;/b&gt; to zero", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_app_with_nothing_healthy_is_503_with_the_reason()
    {
        await router.RouteAsync(new RoutedApp("idle", ["idle.test"], [], "idle is scaled to zero"));
        using var visitor = router.Process.Visitor();
        using var answer = await visitor.PostAsync("http://idle.test/", new StringContent("body"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains("idle is scaled to zero", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.NotNull(answer.Headers.RetryAfter?.Delta);
    }

    [Fact]
    public async Task A_head_request_gets_headers_only()
    {
        using var visitor = router.Process.Visitor();
        using var answer = await visitor.SendAsync(new HttpRequestMessage(HttpMethod.Head, "http://nowhere.test/"));
        Assert.True((int)answer.StatusCode is 404 or 503);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task A_refused_connection_is_502()
    {
        await router.RouteAsync("refusing", $"127.0.0.1:{FreePort()}");
        using var visitor = router.Process.Visitor();
        using var answer = await visitor.GetAsync("http://refusing.test/");
        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.Contains("refused the connection", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_closed_without_an_answer_is_502()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var closing = Task.Run(async () =>
        {
            while (true)
            {
                using var socket = await listener.AcceptSocketAsync();
                await socket.ReceiveAsync(new byte[4096]);
            }
        });
        await router.RouteAsync("closing", $"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        using var visitor = router.Process.Visitor();
        using var answer = await visitor.PostAsync("http://closing.test/", new StringContent("x"));
        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.Contains("closed the connection", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.False(closing.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task No_answer_in_time_is_504_and_a_slow_upload_does_not_count()
    {
        await using var silent = await Upstream.StartAsync(async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            if (context.Request.Path == "/silent") await Task.Delay(Timeout.Infinite, context.RequestAborted);
            await context.Response.WriteAsync("ok");
        });
        await router.RouteAsync("silent", silent.Address);
        using var visitor = router.Process.Visitor();
        using var answer = await visitor.GetAsync("http://silent.test/silent");
        Assert.Equal(HttpStatusCode.GatewayTimeout, answer.StatusCode);
        Assert.Contains("2 seconds", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        // The router of these tests waits 2 s for an answer; this upload takes longer.
        using var uploaded = await visitor.PostAsync("http://silent.test/", new SlowContent(TimeSpan.FromSeconds(3)));
        Assert.Equal("ok", await uploaded.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task An_answer_that_breaks_off_is_not_made_whole()
    {
        var abort = new TaskCompletionSource();
        await using var breaking = await Upstream.StartAsync(async context =>
        {
            context.Response.ContentLength = 1_000_000;
            await context.Response.WriteAsync("begun");
            await context.Response.Body.FlushAsync();
            await abort.Task;
            context.Abort();
        });
        await router.RouteAsync("breaking", breaking.Address);
        using var visitor = router.Process.Visitor();
        using var answer = await visitor.GetAsync("http://breaking.test/", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        abort.SetResult();
        await Assert.ThrowsAnyAsync<Exception>(() => answer.Content.ReadAsByteArrayAsync());
    }

    internal static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private sealed class SlowContent(TimeSpan time) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            for (var i = 0; i < 10; i++)
            {
                await stream.WriteAsync(new byte[10]);
                await stream.FlushAsync();
                await Task.Delay(time / 10);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
