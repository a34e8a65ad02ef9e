using System.Net;
using Microsoft.AspNetCore.Http;

namespace Paas.Router.Tests;

/// <summary>Messages with and without a body, as the other side sees them.</summary>
public sealed class BodyTests(RunningRouter router) : IClassFixture<RunningRouter>
{
    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    [InlineData("DELETE")]
    [InlineData("POST")]
    public async Task Headers_of_a_body_that_is_not_there_do_not_make_one(string method)
    {
        await using var app = RawUpstream.Answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        await router.RouteAsync("none", app.Address);
        var answer = await router.Process.RawAsync(
            $"{method} / HTTP/1.1\r\nHost: none.test\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
        var head = Assert.Single(app.Heads);
        Assert.Contains("Content-Type: application/json\r\n", head, StringComparison.Ordinal);
        Assert.DoesNotContain("Transfer-Encoding", head, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData(false, "text/event-stream")]
    [InlineData(false, "text/html")]
    [InlineData(false, "application/octet-stream")]
    [InlineData(false, null)]
    [InlineData(true, "text/html")]
    public async Task An_answer_of_unknown_length_begins_before_its_first_byte(bool http2, string? type)
    {
        var go = new TaskCompletionSource();
        await using var app = await Upstream.StartAsync(async context =>
        {
            context.Response.ContentType = type;
            await context.Response.Body.FlushAsync();
            await go.Task.WaitAsync(context.RequestAborted);
            await context.Response.WriteAsync("body");
        });
        await router.RouteAsync("flushed", app.Address);
        using var visitor = router.Process.Visitor(tls: http2);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{(http2 ? "https" : "http")}://flushed.test/")
        {
            Version = http2 ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        using var answer = await visitor.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
        Assert.Equal(type, answer.Content.Headers.ContentType?.ToString());
        go.SetResult();
        Assert.Equal("body", await answer.Content.ReadAsStringAsync(patience.Token));
    }

    [Theory]
    [InlineData("HEAD", 200)]
    [InlineData("GET", 204)]
    [InlineData("GET", 205)]
    [InlineData("GET", 304)]
    public async Task An_answer_that_can_have_no_body_gets_none(string method, int status)
    {
        await using var app = await Upstream.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        });
        await router.RouteAsync("bodiless", app.Address);
        var answer = await router.Process.RawAsync($"{method} / HTTP/1.1\r\nHost: bodiless.test\r\nConnection: close\r\n\r\n");
        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("Transfer-Encoding", answer, StringComparison.OrdinalIgnoreCase);
        Assert.EndsWith("\r\n\r\n", answer, StringComparison.Ordinal);
    }
}
