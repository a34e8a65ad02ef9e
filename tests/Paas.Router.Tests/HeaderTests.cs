using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Paas.Router.Tests;

public sealed class HeaderTests(RunningRouter router) : IClassFixture<RunningRouter>
{
    [Fact]
    public async Task An_app_learns_who_asked_for_what()
    {
        await using var echo = await EchoAsync();
        await router.RouteAsync("who", echo.Address);
        using var visitor = router.Process.Visitor();
        var seen = Headers(await visitor.GetStringAsync("http://who.test:1234/"));
        Assert.Equal("who.test:1234", seen["Host"]);
        Assert.Equal("127.0.0.1", seen["X-Forwarded-For"]);
        Assert.Equal("http", seen["X-Forwarded-Proto"]);
        Assert.Equal("who.test:1234", seen["X-Forwarded-Host"]);
        Assert.Equal(router.Process.Status.HttpPort.ToString(), seen["X-Forwarded-Port"]);
        Assert.Matches("^[0-9a-f]{32}$", seen["X-Request-Id"]);
    }

    [Fact]
    public async Task Strangers_cannot_say_who_they_are()
    {
        await using var echo = await EchoAsync();
        await router.RouteAsync("strangers", echo.Address);
        var answer = await router.Process.RawAsync(
            "GET / HTTP/1.1\r\nHost: strangers.test\r\nConnection: close\r\nX-Forwarded-For: 6.6.6.6\r\nx-forwarded-for: 7.7.7.7\r\n" +
            "X-Forwarded-Proto: https\r\nX-Forwarded-Host: bank\r\nX-Forwarded-Port: 1\r\nForwarded: for=6.6.6.6\r\nX-Real-IP: 6.6.6.6\r\nProxy: http://6.6.6.6\r\n\r\n");
        var seen = Headers(answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);
        Assert.Equal("127.0.0.1", seen["X-Forwarded-For"]);
        Assert.Equal("http", seen["X-Forwarded-Proto"]);
        Assert.Equal("strangers.test", seen["X-Forwarded-Host"]);
        Assert.DoesNotContain("6.6.6.6", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("7.7.7.7", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_trusted_proxy_is_believed_and_appended()
    {
        await using var trusting = new RouterProcess();
        await trusting.StartAsync("--trusted-proxies", "127.0.0.0/8");
        await using var echo = await EchoAsync();
        await trusting.ApplyAsync(new(1, [new("app", ["app.test"], [new("web.1", "web", echo.Address)])]));
        using var visitor = trusting.Visitor();
        visitor.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.9");
        visitor.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        visitor.DefaultRequestHeaders.Add("X-Forwarded-Port", "443");
        var seen = Headers(await visitor.GetStringAsync("http://app.test/"));
        Assert.Equal("203.0.113.9, 127.0.0.1", seen["X-Forwarded-For"]);
        Assert.Equal("https", seen["X-Forwarded-Proto"]);
        Assert.Equal("443", seen["X-Forwarded-Port"]);
    }

    [Theory]
    [InlineData("f81d4fae-7dec-11d0-a765-00a0c91e6bf6", true)]
    [InlineData("short", false)]
    [InlineData("with \"quotes\" in it", false)]
    [InlineData("status=200 bytes=1 forged", false)]
    public async Task A_sane_request_id_is_kept_and_comes_back(string given, bool kept)
    {
        await using var echo = await EchoAsync();
        await router.RouteAsync("ids", echo.Address);
        using var visitor = router.Process.Visitor();
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://ids.test/");
        request.Headers.TryAddWithoutValidation("X-Request-Id", given);
        using var answer = await visitor.SendAsync(request);
        var seen = Headers(await answer.Content.ReadAsStringAsync())["X-Request-Id"];
        Assert.Equal(kept, seen == given);
        Assert.Equal(seen, answer.Headers.GetValues("X-Request-Id").Single());
    }

    [Fact]
    public async Task Headers_of_one_hop_are_left_out_in_both_directions()
    {
        await using var echo = await Upstream.StartAsync(context =>
        {
            context.Response.Headers.Connection = "X-Of-This-Hop";
            context.Response.Headers["X-Of-This-Hop"] = "1";
            context.Response.Headers["X-End-To-End"] = "1";
            return context.Response.WriteAsync(JsonSerializer.Serialize(
                context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString())));
        });
        await router.RouteAsync("hops", echo.Address);
        var answer = await router.Process.RawAsync(
            "GET / HTTP/1.1\r\nHost: hops.test\r\nConnection: X-Mine, Host\r\nX-Mine: 1\r\nKeep-Alive: timeout=5\r\n" +
            "Proxy-Connection: keep-alive\r\nTE: gzip\r\nX-Other: 1\r\n\r\n", "\r\n0\r\n\r\n");
        var seen = Headers(answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);
        Assert.Equal("1", seen["X-Other"]);
        Assert.Equal("hops.test", seen["Host"]);
        Assert.DoesNotContain("X-Mine", seen.Keys);
        Assert.DoesNotContain("Keep-Alive", seen.Keys);
        Assert.DoesNotContain("Proxy-Connection", seen.Keys);
        Assert.DoesNotContain("X-Of-This-Hop: 1", answer, StringComparison.Ordinal);
        Assert.Contains("X-End-To-End: 1", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/a%2Fb%41?x=%20&y=a+b")]
    [InlineData("/../up//double/./dot")]
    [InlineData("/;semi,comma'quote\"double|pipe^[brackets]{braces}")]
    public async Task The_target_goes_on_as_it_was_written(string target)
    {
        await using var echo = await Upstream.StartAsync(context =>
            context.Response.WriteAsync(context.Features.Get<IHttpRequestFeature>()!.RawTarget));
        await router.RouteAsync("target", echo.Address);
        var answer = await router.Process.RawAsync($"GET {target} HTTP/1.1\r\nHost: target.test\r\nConnection: close\r\n\r\n");
        Assert.EndsWith($"\r\n\r\n{target}", Unchunk(answer), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_and_repeated_headers_and_redirects_come_back_as_they_are()
    {
        await using var app = await Upstream.StartAsync(context =>
        {
            context.Response.StatusCode = 307;
            context.Response.Headers.Location = "/elsewhere";
            context.Response.Headers.Append("Set-Cookie", "a=1");
            context.Response.Headers.Append("Set-Cookie", "b=2");
            return Task.CompletedTask;
        });
        await router.RouteAsync("plain", app.Address);
        using var visitor = router.Process.Visitor();
        using var answer = await visitor.GetAsync("http://plain.test/");
        Assert.Equal(HttpStatusCode.TemporaryRedirect, answer.StatusCode);
        Assert.Equal("/elsewhere", answer.Headers.Location!.ToString());
        Assert.Equal(["a=1", "b=2"], answer.Headers.GetValues("Set-Cookie"));
        Assert.False(answer.Headers.Contains("Server"));
    }

    [Fact]
    public async Task A_unix_socket_is_an_endpoint_like_any_other()
    {
        var path = Path.Combine(router.Process.Run, "app.sock");
        await using var app = await Upstream.StartAsync(context => context.Response.WriteAsync($"unix for {context.Request.Host}"), path);
        await router.RouteAsync("unix", app.Address);
        using var visitor = router.Process.Visitor();
        Assert.Equal("unix for unix.test", await visitor.GetStringAsync("http://unix.test/"));
    }

    private static Task<Upstream> EchoAsync() => Upstream.StartAsync(context =>
    {
        var text = JsonSerializer.Serialize(context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString()));
        context.Response.ContentLength = text.Length;
        return context.Response.WriteAsync(text);
    });

    private static Dictionary<string, string> Headers(string json) =>
        new(JsonSerializer.Deserialize<Dictionary<string, string>>(Unchunk(json))!, StringComparer.OrdinalIgnoreCase);

    // One chunk is all these answers have.
    private static string Unchunk(string answer)
    {
        var end = answer.IndexOf("\r\n0\r\n\r\n", StringComparison.Ordinal);
        if (end < 0) return answer;
        var head = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var start = head >= 0 && head < end ? head + 4 : 0;
        return answer[..start] + answer[(answer.IndexOf("\r\n", start, StringComparison.Ordinal) + 2)..end];
    }
}
