using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Paas.Contracts.Routing;
using Xunit.Abstractions;

namespace Paas.Router.Tests;

public sealed class RestartTests(ITestOutputHelper output) : IAsyncLifetime
{
    private readonly RouterProcess router = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await router.DisposeAsync();

    [Fact]
    public async Task After_kill_9_it_serves_from_its_own_snapshot()
    {
        await using var app = await Upstream.NamedAsync("alive");
        var port = AnswerTests.FreePort().ToString();
        await router.StartAsync("--http-port", port);
        await router.ApplyAsync(new RouterSnapshot(7, [new("app", ["app.test"], [new("web.1", "web", app.Address)])]));
        var times = new List<double>();
        for (var i = 0; i < 5; i++)
        {
            await router.KillAsync();
            var started = Stopwatch.GetTimestamp();
            router.Spawn("--http-port", port);
            using var visitor = router.Visitor();
            await Poll.UntilAsync(
                async () =>
                {
                    try
                    {
                        return await visitor.GetStringAsync("http://app.test/") == "alive";
                    }
                    catch (HttpRequestException)
                    {
                        return false;
                    }
                },
                () => $"it serves again; it said: {router.Output}");
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        output.WriteLine($"kill -9 to first answer: {string.Join(", ", times.Select(time => $"{time:0}"))} ms");
        await router.ReadyAsync();
        using var stale = await router.PutAsync(new RouterSnapshot(6, []));
        Assert.Equal(HttpStatusCode.Conflict, stale.StatusCode);
    }

    [Theory]
    [InlineData("{\"generation\":3,\"apps\":[{\"name\":")]
    [InlineData("\0\0\0\0")]
    [InlineData("")]
    [InlineData("{\"generation\":3,\"apps\":[{\"name\":\"../x\",\"hosts\":[],\"endpoints\":[]}]}")]
    public async Task A_corrupt_snapshot_means_an_empty_table_and_a_clear_word(string content)
    {
        Directory.CreateDirectory(router.Data);
        await File.WriteAllTextAsync(Path.Combine(router.Data, "snapshot.json"), content);
        await router.StartAsync();
        Assert.Equal(0, router.Status.Generation);
        Assert.Contains("snapshot.json is unusable", router.Output, StringComparison.Ordinal);
        Assert.Equal(content, await File.ReadAllTextAsync(Path.Combine(router.Data, "snapshot.json.unusable")));
        using var visitor = router.Visitor();
        using var answer = await visitor.GetAsync("http://app.test/");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        await router.ApplyAsync(new RouterSnapshot(1, []));
        using var known = await visitor.GetAsync("http://app.test/");
        Assert.Equal(HttpStatusCode.NotFound, known.StatusCode);
    }

    [Fact]
    public async Task A_taken_port_is_named_with_its_owner()
    {
        using var owner = new TcpListener(IPAddress.Loopback, 0);
        owner.Start();
        var port = ((IPEndPoint)owner.LocalEndpoint).Port;
        router.Spawn("--http-port", port.ToString());
        Assert.Equal(1, await router.ExitAsync());
        Assert.Contains($"port {port} is taken by", router.Output, StringComparison.Ordinal);
        Assert.Contains($"(process {Environment.ProcessId})", router.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_router_on_the_same_socket_is_refused()
    {
        await router.StartAsync();
        using var second = Process.Start(new ProcessStartInfo(RouterProcess.Program, [
            "--data", router.Data, "--run", router.Run, "--logs", router.Logs, "--http-port", "0", "--https-port", "0"])
        { RedirectStandardError = true })!;
        var words = await second.StandardError.ReadToEndAsync();
        await second.WaitForExitAsync();
        Assert.Equal(1, second.ExitCode);
        Assert.Contains($"process {router.Pid}", words, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("unknown option --htp-port", "--htp-port", "80")]
    [InlineData("'seventy' is no number", "--http-port", "seventy")]
    [InlineData("'70000' is no number", "--drain", "70000")]
    [InlineData("needs a value", "--domain")]
    public async Task A_wrong_command_line_says_what_is_wrong(string words, params string[] options)
    {
        router.Spawn(options);
        Assert.Equal(2, await router.ExitAsync());
        Assert.Contains(words, router.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_SIGTERM_requests_under_way_end_and_no_new_ones_begin()
    {
        var entered = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        await using var app = await Upstream.StartAsync(async context =>
        {
            entered.SetResult();
            await release.Task;
            await context.Response.WriteAsync("whole");
        });
        await router.StartAsync("--drain", "20");
        await router.ApplyAsync(new RouterSnapshot(1, [new("app", ["app.test"], [new("web.1", "web", app.Address)])]));
        using var visitor = router.Visitor();
        var held = visitor.GetStringAsync("http://app.test/");
        await entered.Task;
        router.Terminate();
        await Poll.UntilAsync(
            async () =>
            {
                try
                {
                    using var socket = await router.ConnectAsync();
                    return false;
                }
                catch (SocketException)
                {
                    return true;
                }
            },
            () => "it takes no more connections");
        release.SetResult();
        Assert.Equal("whole", await held);
        Assert.Equal(0, await router.ExitAsync());
        Assert.False(File.Exists(router.Socket));
    }

    [Fact]
    public async Task What_cannot_end_is_cut_when_the_drain_is_over()
    {
        await using var app = await Upstream.StartAsync(async context =>
        {
            await context.Response.WriteAsync("begun");
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        await router.StartAsync("--drain", "1");
        await router.ApplyAsync(new RouterSnapshot(1, [new("app", ["app.test"], [new("web.1", "web", app.Address)])]));
        using var visitor = router.Visitor();
        using var answer = await visitor.GetAsync("http://app.test/", HttpCompletionOption.ResponseHeadersRead);
        router.Terminate();
        Assert.Equal(0, await router.ExitAsync());
    }
}
