using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.Logs;

namespace Paas.ControlPlane.Tests.Planes;

public sealed class AppTests : PlaneTest
{
    [Fact]
    public async Task A_new_app_has_an_address_a_remote_and_a_reason_for_having_nothing_to_show()
    {
        var app = await Platform.CreateAppAsync(new CreateAppRequest("hello"), CancellationToken.None);
        Assert.Equal(
            ("hello", AppStatus.Empty, "http://paas.localhost:8080/hello.git", (int?)null), (app.Name, app.Status, app.GitUrl, app.CurrentRelease));
        Assert.Equal(["http://hello.localhost:8080"], app.Urls);
        Assert.True(File.Exists(Path.Combine(Options.DataDirectory, "git", "hello.git", "HEAD")));
        await EventuallyAsync(() => Router.App("hello")?.Reason == "hello has not been deployed yet; git push paas main", "the router knows it");
        var platform = Router.App("paas")!;
        Assert.Equal(["paas.localhost"], platform.Hosts);
        Assert.Equal($"unix:{Path.Combine(Options.RunDirectory, "paasd.sock")}", Assert.Single(platform.Endpoints).Address);
        Assert.False(platform.AccessLog);
    }

    [Fact]
    public async Task Names_are_checked_taken_once_and_made_up_where_none_is_given()
    {
        await CreateAsync("hello");
        Assert.Equal(ErrorCode.Conflict, (await Assert.ThrowsAsync<PaasException>(() => CreateAsync("hello"))).Code);
        Assert.Equal(ErrorCode.InvalidRequest, (await Assert.ThrowsAsync<PaasException>(() => CreateAsync("No_Way"))).Code);
        Assert.Equal(ErrorCode.InvalidRequest, (await Assert.ThrowsAsync<PaasException>(() => CreateAsync("paas"))).Code);
        var generated = await Platform.CreateAppAsync(new CreateAppRequest(null), CancellationToken.None);
        Assert.Equal(new[] { "hello", generated.Name }.Order(StringComparer.Ordinal), (await Platform.ListAppsAsync(CancellationToken.None)).Select(app => app.Name));
    }

    [Fact]
    public async Task Logs_resume_where_a_reader_left_off()
    {
        await CreateAsync("hello");
        using var writer = new LogWriter(Path.Combine(Options.DataDirectory, "logs", "hello", "web.1"));
        writer.Write(LogStream.Stdout, "one");
        writer.Write(LogStream.Stderr, "two");
        writer.Flush();
        var lines = await ReadAsync(new LogQuery(Source: "web"));
        Assert.Equal([("one", "stdout", "web.1"), ("two", "stderr", "web.1")], lines.Select(line => (line.Text, line.Stream, line.Source)));
        Assert.Equal("two", Assert.Single(await ReadAsync(new LogQuery(Source: "web", After: lines[0].Id))).Text);
        Assert.Equal("two", Assert.Single(await ReadAsync(new LogQuery(Tail: 1, Source: "web.1"))).Text);
        Assert.Equal(ErrorCode.InvalidRequest, (await Assert.ThrowsAsync<PaasException>(() => ReadAsync(new LogQuery(After: "?")))).Code);
        Assert.Equal(ErrorCode.InvalidRequest, (await Assert.ThrowsAsync<PaasException>(() => ReadAsync(new LogQuery(Tail: 10_001)))).Code);
        Assert.Throws<PaasException>(() => Platform.ReadLogsAsync("nobody", new LogQuery(), CancellationToken.None));
    }

    private async Task<List<LogLine>> ReadAsync(LogQuery query)
    {
        var lines = new List<LogLine>();
        await foreach (var line in Platform.ReadLogsAsync("hello", query, CancellationToken.None)) lines.Add(line);
        return lines;
    }
}
