using System.Text;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.Contracts.Supervision;

namespace Paas.ControlPlane.Tests.Planes;

public sealed class RunTests : PlaneTest
{
    [Fact]
    public async Task A_command_runs_in_the_live_release_with_its_config()
    {
        await ReadyAsync();
        var (output, end) = await RunAsync(new RunRequest(["node", "-v"], new Dictionary<string, string> { ["GREETING"] = "hi" }));
        Assert.Equal("run.1 node -v GREETING=hi\n", output);
        Assert.Equal(0, end);
    }

    [Fact]
    public async Task One_word_is_a_process_type_or_a_line_for_the_shell()
    {
        await ReadyAsync();
        Assert.Equal("run.1 /bin/bash -c listen GREETING=\n", (await RunAsync(new RunRequest(["web"]))).Output);
        Assert.Equal("run.1 /bin/bash -c ls | wc GREETING=\n", (await RunAsync(new RunRequest(["ls | wc"]))).Output);
    }

    [Fact]
    public async Task Input_goes_in_and_the_exit_status_comes_out()
    {
        await ReadyAsync();
        var (output, end) = await RunAsync(new RunRequest(["cat", "fail"]), "héllo");
        Assert.EndsWith("\nhéllo", output, StringComparison.Ordinal);
        Assert.Equal(3, end);
    }

    [Fact]
    public async Task Going_away_ends_it_and_frees_its_name()
    {
        await ReadyAsync();
        using var gone = new CancellationTokenSource();
        var running = Task.Run(() => Platform.RunAsync("hello", new RunRequest(["sleep"]), new ExecStreams(Stream.Null, Stream.Null, Stream.Null), gone.Token));
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.StartsWith("run.1 ", (await RunAsync(new RunRequest(["ls"]))).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_ends_with_its_app()
    {
        await ReadyAsync();
        var running = Task.Run(() => Platform.RunAsync("hello", new RunRequest(["sleep"]), new ExecStreams(Stream.Null, Stream.Null, Stream.Null), CancellationToken.None));
        await EventuallyAsync(() => Node.Running == 1, "it runs");
        await Platform.DestroyAppAsync("hello", CancellationToken.None);
        Assert.Equal(0, Node.Running);
        Assert.Equal(ErrorCode.AppNotFound, (await Assert.ThrowsAsync<PaasException>(() => running)).Code);
    }

    [Fact]
    public async Task What_cannot_run_is_refused()
    {
        await CreateAsync("hello");
        Assert.Equal(ErrorCode.Conflict, (await Assert.ThrowsAsync<PaasException>(() => RunAsync(new RunRequest(["ls"])))).Code);
        await PushAsync("hello", "web: listen");
        Assert.Equal(ErrorCode.InvalidRequest, (await Assert.ThrowsAsync<PaasException>(() => RunAsync(new RunRequest([])))).Code);
        Assert.Equal(
            ErrorCode.InvalidRequest,
            (await Assert.ThrowsAsync<PaasException>(() => RunAsync(new RunRequest(["ls"], new Dictionary<string, string> { ["PORT"] = "1" })))).Code);
    }

    [Fact]
    public async Task An_instance_is_entered_by_its_name()
    {
        await ReadyAsync();
        var id = (await Platform.ListInstancesAsync("hello", CancellationToken.None)).Single().ContainerId;
        Assert.Equal((7, $"{id} ls -l \n"), await ExecAsync("web.1", new InstanceExecRequest(["ls", "-l"])));
        var shell = await ExecAsync("web.1", new InstanceExecRequest(Terminal: new WindowSize(24, 80), TerminalType: "vt100"));
        Assert.StartsWith($"{id} /bin/sh -c ", shell.Output, StringComparison.Ordinal);
        Assert.EndsWith(" TERM=vt100\n", shell.Output, StringComparison.Ordinal);
        Assert.Equal(ErrorCode.NotFound, (await Assert.ThrowsAsync<PaasException>(() => ExecAsync("web.2", new InstanceExecRequest()))).Code);
        Assert.Equal(ErrorCode.InvalidRequest, (await Assert.ThrowsAsync<PaasException>(() => ExecAsync("web.1", new InstanceExecRequest([])))).Code);
    }

    private async Task<(int Code, string Output)> ExecAsync(string instance, InstanceExecRequest request)
    {
        using var output = new MemoryStream();
        var code = await Platform.ExecAsync("hello", instance, request, new ExecStreams(Stream.Null, output, output), CancellationToken.None);
        return (code, Encoding.UTF8.GetString(output.ToArray()));
    }

    private async Task ReadyAsync()
    {
        await CreateAsync("hello");
        await PushAsync("hello", "web: listen");
    }

    private async Task<(string Output, int End)> RunAsync(RunRequest request, string input = "")
    {
        using var output = new MemoryStream();
        using var typed = new MemoryStream(Encoding.UTF8.GetBytes(input));
        var end = await Platform.RunAsync("hello", request, new ExecStreams(typed, output, output), CancellationToken.None);
        return (Encoding.UTF8.GetString(output.ToArray()), end);
    }
}
