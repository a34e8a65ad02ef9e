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
}
