using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Xunit.Abstractions;

namespace Paas.Router.Tests;

public sealed class StreamingTests(RunningRouter router, ITestOutputHelper output) : IClassFixture<RunningRouter>
{
    private const int BigMegabytes = 200;

    [Fact]
    public async Task Websockets_echo_and_close_cleanly()
    {
        await using var app = await Upstream.StartAsync(async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync("chat");
            var buffer = new byte[64 * 1024];
            while (true)
            {
                var message = await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted);
                if (message.MessageType == WebSocketMessageType.Close) break;
                await socket.SendAsync(buffer.AsMemory(0, message.Count), message.MessageType, message.EndOfMessage, context.RequestAborted);
            }

            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", context.RequestAborted);
        });
        await router.RouteAsync("sockets", app.Address);
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectCallback = async (_, ct) => new System.Net.Sockets.NetworkStream(await router.Process.ConnectAsync(ct: ct), ownsSocket: true),
        });
        using var client = new ClientWebSocket();
        client.Options.AddSubProtocol("chat");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await client.ConnectAsync(new Uri("ws://sockets.test/room"), invoker, patience.Token);
        Assert.Equal("chat", client.SubProtocol);
        var answer = new byte[64 * 1024];
        for (var i = 0; i < 100; i++)
        {
            var text = $"message {i} {new string('x', i * 100)}";
            await client.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, patience.Token);
            var received = new StringBuilder();
            ValueWebSocketReceiveResult part;
            do
            {
                part = await client.ReceiveAsync(answer.AsMemory(), patience.Token);
                received.Append(Encoding.UTF8.GetString(answer, 0, part.Count));
            }
            while (!part.EndOfMessage);
            Assert.Equal(text, received.ToString());
        }

        // Idle for longer than an answer may take: an upgraded connection is no unanswered request.
        await Task.Delay(2500, patience.Token);
        Assert.Contains(await router.Process.InflightAsync(), load => load.Address == app.Address && load.Requests == 1);
        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, "done", patience.Token);
        Assert.Equal("bye", client.CloseStatusDescription);
        await Poll.UntilAsync(
            async () => (await router.Process.InflightAsync()).Single(load => load.Address == app.Address).Requests == 0, () => "the request is over");
    }

    [Theory]
    [InlineData("POST", "tcp", true)]
    [InlineData("GET", "my-protocol/2", true)]
    [InlineData("GET", "h2c", false)]
    [InlineData("GET", "TLS/1.0", false)]
    public async Task Other_protocols_are_upgraded_to_but_for_those_that_carry_requests(string method, string protocol, bool passed)
    {
        await using var app = await Upstream.StartAsync(async context =>
        {
            if (context.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true } feature)
            {
                await context.Response.WriteAsync("not upgraded");
                return;
            }

            context.Response.Headers.Upgrade = context.Request.Headers.Upgrade;
            context.Response.Headers["X-Method"] = context.Request.Method;
            await using var stream = await feature.UpgradeAsync();
            var buffer = new byte[100];
            var read = await stream.ReadAsync(buffer);
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"got {Encoding.ASCII.GetString(buffer, 0, read)}"));
        });
        var name = $"up-{Convert.ToHexStringLower(Encoding.ASCII.GetBytes(protocol))}";
        await router.RouteAsync(name, app.Address);
        var answer = await router.Process.RawAsync(
            $"{method} / HTTP/1.1\r\nHost: {name}.test\r\nConnection: Upgrade\r\nUpgrade: {protocol}\r\n\r\nhello", passed ? "got hello" : "not upgraded");
        if (!passed)
        {
            Assert.Contains("not upgraded", answer, StringComparison.Ordinal);
            return;
        }

        Assert.StartsWith("HTTP/1.1 101 ", answer, StringComparison.Ordinal);
        Assert.Contains($"Upgrade: {protocol}\r\n", answer, StringComparison.Ordinal);
        Assert.Contains($"X-Method: {method}\r\n", answer, StringComparison.Ordinal);
        Assert.EndsWith("got hello", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_arrive_when_they_are_sent_headers_first()
    {
        var next = new SemaphoreSlim(0);
        await using var app = await Upstream.StartAsync(async context =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.Body.FlushAsync();
            for (var i = 0; i < 5; i++)
            {
                await next.WaitAsync(context.RequestAborted);
                await context.Response.WriteAsync($"data: {i}\n\n");
                await context.Response.Body.FlushAsync();
            }
        });
        await router.RouteAsync("events", app.Address);
        using var visitor = router.Process.Visitor();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var answer = await visitor.GetAsync("http://events.test/", HttpCompletionOption.ResponseHeadersRead, patience.Token);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType!.MediaType);

        // Silence longer than an answer may take.
        await Task.Delay(2500, patience.Token);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(patience.Token));
        for (var i = 0; i < 5; i++)
        {
            next.Release();
            Assert.Equal($"data: {i}", await lines.ReadLineAsync(patience.Token));
            Assert.Equal("", await lines.ReadLineAsync(patience.Token));
        }

        Assert.Null(await lines.ReadLineAsync(patience.Token));
    }

    [Fact]
    public async Task A_request_body_arrives_while_it_is_being_sent()
    {
        var arrived = "";
        await using var app = await Upstream.StartAsync(async context =>
        {
            var buffer = new byte[100];
            int read;
            while ((read = await context.Request.Body.ReadAsync(buffer)) > 0) arrived += Encoding.ASCII.GetString(buffer, 0, read);
        });
        await router.RouteAsync("upload", app.Address);
        using var socket = await router.Process.ConnectAsync();
        await socket.SendAsync("POST / HTTP/1.1\r\nHost: upload.test\r\nTransfer-Encoding: chunked\r\n\r\n"u8.ToArray());
        for (var i = 0; i < 5; i++)
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes($"6\r\npart-{i}\r\n"));
            await Poll.UntilAsync(() => arrived.EndsWith($"part-{i}", StringComparison.Ordinal), $"part {i} has arrived");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Two_hundred_megabytes_pass_each_way_in_bounded_memory(bool tls)
    {
        await using var app = await Upstream.StartAsync(async context =>
        {
            if (context.Request.Method == "POST")
            {
                var hash = await SHA256.HashDataAsync(context.Request.Body);
                await context.Response.WriteAsync(Convert.ToHexStringLower(hash));
                return;
            }

            foreach (var block in Blocks()) await context.Response.Body.WriteAsync(block);
        });
        await router.RouteAsync("big", app.Address);
        using var visitor = router.Process.Visitor(tls);
        var url = $"{(tls ? "https" : "http")}://big.test/";
        using var expected = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var block in Blocks()) expected.AppendData(block);
        var hash = Convert.ToHexStringLower(expected.GetHashAndReset());

        using var uploaded = await visitor.PostAsync(url, new BlockContent());
        Assert.Equal(hash, await uploaded.Content.ReadAsStringAsync());
        using var download = await visitor.GetAsync(url, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(hash, Convert.ToHexStringLower(await SHA256.HashDataAsync(await download.Content.ReadAsStreamAsync())));

        var peak = PeakMegabytes();
        output.WriteLine($"{BigMegabytes} MB each way, {(tls ? "TLS" : "plain")}: peak resident {peak} MB");
        Assert.True(peak < BigMegabytes, $"the router held {peak} MB");
    }

    private static IEnumerable<byte[]> Blocks()
    {
        var block = new byte[64 * 1024];
        for (var i = 0; i < BigMegabytes * 16; i++)
        {
            BitConverter.TryWriteBytes(block, i);
            yield return block;
        }
    }

    private long PeakMegabytes()
    {
        var line = File.ReadLines($"/proc/{router.Process.Pid}/status").Single(line => line.StartsWith("VmHWM", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) / 1024;
    }

    private sealed class BlockContent : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            foreach (var block in Blocks()) await stream.WriteAsync(block);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = BigMegabytes * 1024L * 1024;
            return true;
        }
    }
}
