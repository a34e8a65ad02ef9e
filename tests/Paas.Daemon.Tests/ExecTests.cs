using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.Contracts.Supervision;

namespace Paas.Daemon.Tests;

/// <summary>The WebSocket of <c>paas enter</c>.</summary>
public sealed class ExecTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;

    private TestDaemon _daemon = null!;

    public async Task InitializeAsync()
    {
        _daemon = await TestDaemon.StartAsync();
        _daemon.Platform.Exec = EchoAsync;
    }

    public async Task DisposeAsync() => await _daemon.DisposeAsync();

    [Fact]
    public async Task Bytes_go_both_ways_sizes_follow_and_the_exit_code_comes_last()
    {
        using var socket = await ConnectAsync(("Authorization", "Bearer " + _daemon.Token));
        await SayAsync(socket, new InstanceExecRequest(["cat"], new WindowSize(24, 80), "xterm"), ApiJsonContext.Default.InstanceExecRequest);
        Assert.Equal("web.1 cat 24 xterm\n", await ReadAsync(socket));
        await socket.SendAsync("typed"u8.ToArray(), WebSocketMessageType.Binary, true, None);
        Assert.Equal("typed", await ReadAsync(socket));
        await SayAsync(socket, new ExecClientMessage(Resize: new WindowSize(30, 90)), ApiJsonContext.Default.ExecClientMessage);
        await SayAsync(socket, new ExecClientMessage(EndOfInput: true), ApiJsonContext.Default.ExecClientMessage);
        Assert.Equal("""{"stream":"stderr"}""", await ReadAsync(socket));
        Assert.Equal("size 30", await ReadAsync(socket));
        Assert.Equal("""{"exitCode":7}""", await ReadAsync(socket));
        Assert.Equal("closed", await ReadAsync(socket));
    }

    [Fact]
    public async Task A_one_off_speaks_the_same_language()
    {
        using var socket = new ClientWebSocket();
        await OpenAsync(socket, [("Authorization", "Bearer " + _daemon.Token)], "run");
        await SayAsync(socket, new RunRequest(["cat"], Terminal: new WindowSize(24, 80)), ApiJsonContext.Default.RunRequest);
        await socket.SendAsync("typed"u8.ToArray(), WebSocketMessageType.Binary, true, None);
        Assert.Equal("typed", await ReadAsync(socket));
        await SayAsync(socket, new ExecClientMessage(EndOfInput: true), ApiJsonContext.Default.ExecClientMessage);
        Assert.Equal("""{"exitCode":7}""", await ReadAsync(socket));
        Assert.Equal((24, "cat"), (_daemon.Platform.LastRun!.Terminal!.Rows, _daemon.Platform.LastRun.Command[0]));
    }

    [Fact]
    public async Task What_is_wrong_is_said_in_the_last_frame()
    {
        _daemon.Platform.Exec = (_, _, _, _) => throw new PaasException(ErrorCode.NotFound, "demo has no instance web.1", "What runs: paas ps");
        using var socket = await ConnectAsync(("Authorization", "Bearer " + _daemon.Token));
        await SayAsync(socket, new InstanceExecRequest(), ApiJsonContext.Default.InstanceExecRequest);
        var problem = JsonSerializer.Deserialize(await ReadAsync(socket), ApiJsonContext.Default.ExecServerMessage)!.Problem!;
        Assert.Equal(("demo has no instance web.1", "not-found", "What runs: paas ps"), (problem.Title, problem.Code, problem.Hint));
        using var other = await ConnectAsync(("Authorization", "Bearer " + _daemon.Token));
        await other.SendAsync("garbage"u8.ToArray(), WebSocketMessageType.Text, true, None);
        Assert.Contains("invalid-request", await ReadAsync(other), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_process_is_hung_up_when_the_client_goes()
    {
        var begun = new TaskCompletionSource();
        var hungUp = new TaskCompletionSource();
        _daemon.Platform.Exec = async (_, _, _, ct) =>
        {
            ct.Register(hungUp.SetResult);
            begun.SetResult();
            await Task.Delay(Timeout.Infinite, ct);
            return 0;
        };
        using (var socket = await ConnectAsync(("Authorization", "Bearer " + _daemon.Token)))
        {
            await SayAsync(socket, new InstanceExecRequest(), ApiJsonContext.Default.InstanceExecRequest);
            await begun.Task;
        }

        await hungUp.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Theory]
    [InlineData(null, null, HttpStatusCode.Unauthorized)]
    [InlineData("Origin", "http://evil.paas.localhost", HttpStatusCode.Unauthorized)]
    [InlineData("Sec-Fetch-Site", "same-site", HttpStatusCode.Unauthorized)]
    [InlineData("Origin", "http://paas.localhost", HttpStatusCode.SwitchingProtocols)]
    public async Task A_browser_s_session_opens_one_from_our_own_pages_only(string? header, string? value, HttpStatusCode status)
    {
        var headers = new List<(string, string)> { ("Cookie", "paas-session=" + _daemon.Token) };
        if (header is not null) headers.Add((header, value!));
        Assert.Equal(status, await StatusAsync([.. headers]));
    }

    [Fact]
    public async Task Nobody_without_a_token_gets_in() => Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync());

    private static async Task<int> EchoAsync(string instance, InstanceExecRequest request, ExecStreams streams, CancellationToken ct)
    {
        await streams.Output.WriteAsync(Encoding.UTF8.GetBytes($"{instance} {string.Join(' ', request.Command!)} {request.Terminal?.Rows} {request.TerminalType}\n"), ct);
        await streams.Input.CopyToAsync(streams.Output, ct);
        var size = await streams.Sizes!.ReadAsync(ct);
        await streams.Error.WriteAsync(Encoding.UTF8.GetBytes($"size {size.Rows}"), ct);
        return 7;
    }

    private async Task<HttpStatusCode> StatusAsync(params (string Name, string Value)[] headers)
    {
        using var socket = new ClientWebSocket();
        try
        {
            await OpenAsync(socket, headers);
            return HttpStatusCode.SwitchingProtocols;
        }
        catch (WebSocketException)
        {
            return socket.HttpStatusCode;
        }
    }

    private async Task<ClientWebSocket> ConnectAsync(params (string Name, string Value)[] headers)
    {
        var socket = new ClientWebSocket();
        await OpenAsync(socket, headers);
        return socket;
    }

    private async Task OpenAsync(ClientWebSocket socket, (string Name, string Value)[] headers, string path = "instances/web.1/exec")
    {
        socket.Options.CollectHttpResponseDetails = true;
        foreach (var (name, value) in headers) socket.Options.SetRequestHeader(name, value);
        _daemon.Platform.Add("demo");
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            ConnectCallback = async (_, ct) =>
            {
                var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await connection.ConnectAsync(new UnixDomainSocketEndPoint(_daemon.Options.Socket), ct);
                return new NetworkStream(connection, ownsSocket: true);
            },
        });
        await socket.ConnectAsync(new Uri("ws://paas.localhost/v1/apps/demo/" + path), invoker, None);
    }

    private static Task SayAsync<T>(ClientWebSocket socket, T message, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) =>
        socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(message, type), WebSocketMessageType.Text, true, None);

    private static async Task<string> ReadAsync(ClientWebSocket socket)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var buffer = new byte[4096];
        var part = await socket.ReceiveAsync(buffer, patience.Token);
        return part.MessageType == WebSocketMessageType.Close ? "closed" : Encoding.UTF8.GetString(buffer, 0, part.Count);
    }
}
