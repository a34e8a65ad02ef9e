using System.Net;
using Paas.Contracts.Routing;
using Paas.Logs;

namespace Paas.Router.Tests;

/// <summary>Header values that are not ASCII: written here as Latin-1, a character for each byte on the wire.</summary>
public sealed class HeaderBytesTests(RunningRouter router) : IClassFixture<RunningRouter>
{
    private const string Utf8 = "J\u00c3\u00bcrgen-\u00e2\u0082\u00ac";
    private const string NoUtf8 = "J\u00fcrgen-\u00ff";

    [Theory]
    [InlineData(Utf8)]
    [InlineData(NoUtf8)]
    public async Task They_reach_the_app_and_come_back_byte_for_byte(string value)
    {
        await using var app = RawUpstream.Answering(
            $"HTTP/1.1 200 OK\r\nContent-Disposition: attachment; filename={value}\r\nLocation: /{value}\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
        await router.RouteAsync("bytes", app.Address);
        var answer = await router.Process.RawAsync(
            $"GET / HTTP/1.1\r\nHost: bytes.test\r\nConnection: close\r\nCookie: name={value}\r\nX-Own: {value}\r\nContent-Language: {value}\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
        Assert.Contains($"Content-Disposition: attachment; filename={value}\r\n", answer, StringComparison.Ordinal);
        Assert.Contains($"Location: /{value}\r\n", answer, StringComparison.Ordinal);
        var head = Assert.Single(app.Heads);
        Assert.Contains($"Cookie: name={value}\r\n", head, StringComparison.Ordinal);
        Assert.Contains($"X-Own: {value}\r\n", head, StringComparison.Ordinal);
        Assert.Contains($"Content-Language: {value}\r\n", head, StringComparison.Ordinal);
    }

    [Fact]
    public async Task They_come_back_over_tls_too_and_so_does_a_trailer()
    {
        await using var app = RawUpstream.Answering(
            $"HTTP/1.1 200 OK\r\nX-Own: {Utf8}\r\nTrailer: X-End\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\nok\r\n0\r\nX-End: {Utf8}\r\n\r\n");
        await router.RouteAsync("tlsbytes", app.Address);
        using var visitor = router.Process.Visitor(tls: true);
        visitor.DefaultRequestVersion = HttpVersion.Version20;
        visitor.DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        using var answer = await visitor.GetAsync("https://tlsbytes.test/");
        Assert.Equal("ok", await answer.Content.ReadAsStringAsync());
        Assert.Equal(Utf8, answer.Headers.GetValues("X-Own").Single());
        Assert.Equal(Utf8, answer.TrailingHeaders.GetValues("X-End").Single());
    }

    [Theory]
    [InlineData("b\u00fccher.test")]
    [InlineData("b\u00c3\u00bccher.test")]
    public async Task A_hostname_has_none(string host)
    {
        var answer = await router.Process.RawAsync($"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_trusted_proxy_passes_on_goes_on_as_it_is_and_moves_no_terminals_cursor()
    {
        await using var trusting = new RouterProcess();
        await trusting.StartAsync("--trusted-proxies", "127.0.0.0/8");
        await using var app = RawUpstream.Answering("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
        await trusting.ApplyAsync(new RouterSnapshot(1, [new("app", ["app.test"], [new("web.1", "web", app.Address)])]));
        await trusting.RawAsync(
            "GET / HTTP/1.1\r\nHost: app.test\r\nConnection: close\r\nX-Forwarded-Host: b\u00fccher\r\n" +
            "X-Forwarded-For: a\u009b2J\u0085b\u00fc\r\nX-Forwarded-Proto: https\u009b\r\n\r\n");
        var head = Assert.Single(app.Heads);
        Assert.Contains("X-Forwarded-Host: b\u00fccher\r\n", head, StringComparison.Ordinal);
        Assert.Contains("X-Forwarded-For: a\u009b2J\u0085b\u00fc, 127.0.0.1\r\n", head, StringComparison.Ordinal);
        var line = "";
        await Poll.UntilAsync(
            () => (line = Lines(Path.Combine(trusting.Logs, "app", "router")).FirstOrDefault() ?? "").Length > 0, "the line is written");
        Assert.Contains(" fwd=\"a_2J_b\u00fc, 127.0.0.1\" ", line, StringComparison.Ordinal);
        Assert.EndsWith(" protocol=https_", line, StringComparison.Ordinal);
    }

    private static List<string> Lines(string directory) =>
        Directory.Exists(directory) ? [.. new LogReader(directory).ReadLast(10).Select(record => record.Entry.Text)] : [];
}
