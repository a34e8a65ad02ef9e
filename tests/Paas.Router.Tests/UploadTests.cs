using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Paas.Contracts.Routing;
using Paas.Logs;

namespace Paas.Router.Tests;

/// <summary>Request bodies that come, or are taken, slowly or not at all.</summary>
public sealed class UploadTests : IAsyncLifetime
{
    private readonly RouterProcess router = new();

    public Task InitializeAsync() => router.StartAsync("--answer-timeout", "2", "--upload-timeout", "3");

    public async Task DisposeAsync() => await router.DisposeAsync();

    [Theory]
    [InlineData("Content-Length: 100\r\n\r\nhello")]
    [InlineData("Content-Length: 100\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")]
    public async Task A_visitor_that_stops_is_told_408_and_lets_go_of_the_app(string rest)
    {
        var released = new TaskCompletionSource();
        await using var app = new RawUpstream(async (socket, _, ct) =>
        {
            while (await socket.ReceiveAsync(new byte[4096], ct) > 0) await Task.Yield();
            released.SetResult();
        });
        await RouteAsync(app.Address);
        var answer = await router.RawAsync($"POST / HTTP/1.1\r\nHost: app.test\r\n{rest}", until: "for 3 seconds");
        Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
        Assert.Contains("for 3 seconds", answer, StringComparison.Ordinal);
        await released.Task.WaitAsync(TimeSpan.FromSeconds(10));
        await Poll.UntilAsync(() => Line().EndsWith(" error=upload-stalled", StringComparison.Ordinal), "the access line says why");
    }

    [Fact]
    public async Task An_app_that_stops_taking_is_504()
    {
        await using var app = new RawUpstream(async (_, _, ct) => await Task.Delay(Timeout.Infinite, ct));
        await RouteAsync(app.Address);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var socket = await router.ConnectAsync(ct: patience.Token);
        await socket.SendAsync("POST / HTTP/1.1\r\nHost: app.test\r\nTransfer-Encoding: chunked\r\n\r\n"u8.ToArray(), patience.Token);
        var sending = SendForeverAsync(socket, patience.Token);
        var buffer = new byte[4096];
        var read = await socket.ReceiveAsync(buffer, patience.Token);
        var answer = Encoding.ASCII.GetString(buffer, 0, read);
        Assert.StartsWith("HTTP/1.1 504 ", answer, StringComparison.Ordinal);
        Assert.Contains("does not take the request", answer, StringComparison.Ordinal);
        await patience.CancelAsync();
        await sending;
        await Poll.UntilAsync(() => Line().EndsWith(" error=upload-not-taken", StringComparison.Ordinal), "the access line says why");
    }

    [Fact]
    public async Task A_visitor_that_sends_slowly_may_take_longer_than_it_may_stand_still()
    {
        await using var app = await Upstream.StartAsync(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            await context.Response.WriteAsync($"{body.Length}");
        });
        await RouteAsync(app.Address);
        using var visitor = router.Visitor();
        using var answer = await visitor.PostAsync("http://app.test/", new Pieces(10, 10, TimeSpan.FromMilliseconds(500)));
        Assert.Equal("100", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task An_app_that_takes_slowly_may_take_longer_than_it_may_stand_still()
    {
        // Many times what the sockets between hold, for that is taken by nobody when the upload ends.
        const int Length = 32 * 1024 * 1024;
        await using var app = new RawUpstream(async (socket, _, ct) =>
        {
            var buffer = new byte[64 * 1024];
            for (var left = Length; left > 0;)
            {
                var read = await socket.ReceiveAsync(buffer, ct);
                if (read == 0) return;
                left -= read;
                await Task.Delay(TimeSpan.FromSeconds(5.0 * read / Length), ct);
            }

            await socket.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\ntaken"u8.ToArray(), ct);
        }, receiveBuffer: 256 * 1024);
        await RouteAsync(app.Address);
        using var visitor = router.Visitor();
        using var content = new ByteArrayContent(new byte[Length]);
        using var answer = await visitor.PostAsync("http://app.test/", content);
        Assert.Equal("taken", await answer.Content.ReadAsStringAsync());
    }

    private Task RouteAsync(string address) =>
        router.ApplyAsync(new RouterSnapshot(1, [new("app", ["app.test"], [new("web.1", "web", address)])]));

    private string Line()
    {
        var directory = Path.Combine(router.Logs, "app", "router");
        return Directory.Exists(directory) ? new LogReader(directory).ReadLast(1).Select(record => record.Entry.Text).FirstOrDefault() ?? "" : "";
    }

    private static async Task SendForeverAsync(Socket socket, CancellationToken ct)
    {
        var chunk = Encoding.ASCII.GetBytes($"10000\r\n{new string('x', 0x10000)}\r\n");
        try
        {
            while (true) await socket.SendAsync(chunk, ct);
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException)
        {
            // The router has ended the connection, or the test is over.
        }
    }

    private sealed class Pieces(int count, int length, TimeSpan between) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            for (var i = 0; i < count; i++)
            {
                await stream.WriteAsync(new byte[length]);
                await stream.FlushAsync();
                await Task.Delay(between);
            }
        }

        protected override bool TryComputeLength(out long computed)
        {
            computed = 0;
            return false;
        }
    }
}
