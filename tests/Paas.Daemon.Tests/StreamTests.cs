using System.Net;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;

namespace Paas.Daemon.Tests;

/// <summary>Streams: NDJSON and SSE, resuming, heartbeats, breaks.</summary>
public sealed class StreamTests : IAsyncLifetime
{
    private TestDaemon _daemon = null!;
    private HttpClient _http = null!;

    public async Task InitializeAsync()
    {
        _daemon = await TestDaemon.StartAsync(services => services.AddSingleton<TimeProvider>(new HastyTime(100)));
        _http = _daemon.Client(_daemon.Token);
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _daemon.DisposeAsync();
    }

    [Fact]
    public async Task Ndjson_is_a_document_a_line()
    {
        _daemon.Platform.Logs = (_, query, ct) => Lines(query, 3, ct);
        using var response = await _http.GetAsync("/v1/apps/hello/logs?n=3");
        Assert.Equal("application/x-ndjson", response.Content.Headers.ContentType?.MediaType);
        var lines = (await response.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["""{"id":"1","at":"1970-01-01T00:00:00+00:00","source":"web.1","stream":"stdout","text":"line 1"}""", .. lines[1..]], lines);
        Assert.Equal(3, lines.Length);
    }

    [Fact]
    public async Task Sse_carries_ids_and_goes_on_after_the_last_one_seen()
    {
        _daemon.Platform.Logs = (_, query, ct) => Lines(query, 5, ct);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/apps/hello/logs?follow=true&after=1");
        request.Headers.Accept.ParseAdd("text/event-stream");
        request.Headers.Add("Last-Event-ID", "3");
        using var response = await _http.SendAsync(request);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        var text = await response.Content.ReadAsStringAsync();
        Assert.StartsWith("retry: 1000\n\nid: 4\ndata: {", text, StringComparison.Ordinal);
        Assert.EndsWith("\"line 5\"}\n\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("line 3", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text/event-stream", ":")]
    [InlineData("application/x-ndjson", "")]
    public async Task A_quiet_stream_has_a_heartbeat_and_its_end_reaches_the_platform(string accept, string heartbeat)
    {
        var ended = new TaskCompletionSource();
        _daemon.Platform.Logs = (_, _, ct) => Silence(ended, ct);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/apps/hello/logs?follow=true");
        request.Headers.Accept.ParseAdd(accept);
        using (var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead))
        {
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
            if (heartbeat == ":")
            {
                Assert.Equal("retry: 1000", await reader.ReadLineAsync());
                Assert.Equal("", await reader.ReadLineAsync());
            }

            Assert.Equal(heartbeat, await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(10)));
        }

        await ended.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_line_is_on_the_wire_before_the_next_is_there()
    {
        var lines = Channel.CreateUnbounded<LogLine>();
        _daemon.Platform.Logs = (_, _, ct) => lines.Reader.ReadAllAsync(ct);
        lines.Writer.TryWrite(Line(1));
        using var response = await _http.GetAsync("/v1/apps/hello/logs?follow=true", HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        Assert.Contains("line 1", await NextAsync(reader), StringComparison.Ordinal);
        lines.Writer.TryWrite(Line(2));
        Assert.Contains("line 2", await NextAsync(reader), StringComparison.Ordinal);
        lines.Writer.Complete();
        Assert.Equal("", (await reader.ReadToEndAsync()).Trim());
    }

    [Fact]
    public async Task A_failure_before_the_first_line_is_a_problem_and_a_later_one_is_the_last_line()
    {
        _daemon.Platform.Logs = (_, _, _) => Fails(0);
        using (var early = await _http.GetAsync("/v1/apps/hello/logs"))
        {
            Assert.Equal(HttpStatusCode.NotFound, early.StatusCode);
            Assert.Contains("app-not-found", await early.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        _daemon.Platform.Logs = (_, _, _) => Fails(1);
        var late = (await _http.GetStringAsync("/v1/apps/hello/logs")).Split('\n');
        Assert.Equal("""{"problem":{"title":"App hello does not exist","status":404,"code":"app-not-found"}}""", late[^2]);
        Assert.Equal("", late[^1]);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/apps/hello/logs");
        request.Headers.Accept.ParseAdd("text/event-stream");
        using var events = await _http.SendAsync(request);
        Assert.Contains("\n\nevent: problem\ndata: {\"problem\":", await events.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, HttpStatusCode.OK, "", "null")]
    [InlineData(true, HttpStatusCode.OK, "", "{\"problem\":{\"title\":\"web.1 did not come up\",\"status\":422,\"code\":\"deployment-failed\"}}")]
    public async Task What_takes_long_sends_heartbeats_and_then_its_answer(bool fails, HttpStatusCode status, string heartbeat, string last)
    {
        var live = new TaskCompletionSource<ReleaseDocument?>();
        _daemon.Platform.ConfigIsLive = live.Task;
        using var request = new HttpRequestMessage(HttpMethod.Patch, "/v1/apps/hello/config") { Content = new StringContent("""{"vars":{"A":"b"}}""") };
        request.Headers.Accept.ParseAdd("application/x-ndjson");
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(status, response.StatusCode);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        Assert.Equal(heartbeat, await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(10)));
        if (fails) live.SetException(new PaasException(ErrorCode.DeploymentFailed, "web.1 did not come up"));
        else live.SetResult(null);
        Assert.Equal(last, await NextAsync(reader));
        Assert.Equal("", (await reader.ReadToEndAsync()).Trim());
    }

    private static LogLine Line(int number) => new($"{number}", DateTimeOffset.UnixEpoch, "web.1", "stdout", $"line {number}");

    private static async Task<string> NextAsync(StreamReader reader)
    {
        while (true)
        {
            var line = await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(10));
            if (line != "") return line ?? throw new EndOfStreamException();
        }
    }

    private static async IAsyncEnumerable<LogLine> Lines(LogQuery query, int count, [EnumeratorCancellation] CancellationToken ct)
    {
        for (var i = query.After is { } after ? int.Parse(after) + 1 : 1; i <= count; i++)
        {
            await Task.Yield();
            ct.ThrowIfCancellationRequested();
            yield return Line(i);
        }
    }

    private static async IAsyncEnumerable<LogLine> Silence(TaskCompletionSource ended, [EnumeratorCancellation] CancellationToken ct)
    {
        try
        {
            await Task.Delay(Timeout.Infinite, ct);
        }
        finally
        {
            ended.SetResult();
        }

        yield break;
    }

    private static async IAsyncEnumerable<LogLine> Fails(int after)
    {
        for (var i = 0; i < after; i++) yield return Line(i);
        // At once, where nothing came before: a moment is long for a daemon in a hurry.
        if (after > 0) await Task.Yield();
        throw new PaasException(ErrorCode.AppNotFound, "App hello does not exist");
    }

    /// <summary>Every wait is shorter by a factor.</summary>
    private sealed class HastyTime(int factor) : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? dueTime / factor : dueTime, period > TimeSpan.Zero ? period / factor : period);
    }
}
