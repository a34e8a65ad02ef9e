using System.Text.Json;
using Paas.Contracts.Supervision;
using Paas.Runtime.Supervise;
using Paas.Testing;

namespace Paas.Runtime.Tests.Supervise;

public sealed class SupervisorFilesTests
{
    [Fact]
    public async Task The_state_file_holds_the_state_whole_while_it_is_replaced()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.Combine("state.json");
        var state = new SupervisorState(
            "a", 1, SupervisedStatus.Backoff, null, DateTimeOffset.UnixEpoch, 0,
            [new ProcessExit(DateTimeOffset.UnixEpoch, null, 9, true, 1.5, 64 << 20, 64 << 20)], "10.0.0.2", null, new Dictionary<string, string> { ["app"] = "hello" });
        StateFile.Write(path, state);
        using var stop = new CancellationTokenSource();
        var reading = Task.Run(() =>
        {
            for (var reads = 1; ; reads++)
            {
                var read = JsonSerializer.Deserialize(File.ReadAllBytes(path), SupervisionJsonContext.Default.SupervisorState)!;
                Assert.Equal("hello", read.Labels["app"]);
                Assert.Equal("killed by signal 9 (out of memory: used 64 MB of 64 MB)", read.Exits[0].Describe());
                if (stop.IsCancellationRequested) return reads;
            }
        });
        for (var i = 1; i <= 50; i++) StateFile.Write(path, state with { Restarts = i });
        await stop.CancelAsync();
        Assert.InRange(await reading, 1, int.MaxValue);
        Assert.Equal(50, JsonSerializer.Deserialize(File.ReadAllBytes(path), SupervisionJsonContext.Default.SupervisorState)!.Restarts);
        Assert.Equal([path], Directory.GetFiles(directory.Path));
    }

    [Fact]
    public void The_record_keeps_the_latest_ten_exits()
    {
        var config = new SupervisorConfig(
            1, "a", "/r", "/s", "/t", "/l", new SandboxConfig(null, null), new RestartPolicy(RestartMode.Always), "SIGTERM", 1,
            new Dictionary<string, string>());
        var record = new SupervisorRecord(config);
        for (var i = 0; i < 15; i++) record.Add(new ProcessExit(DateTimeOffset.UnixEpoch, i, null, false, 0));
        Assert.Equal(Enumerable.Range(5, 10).Select(i => (int?)i), record.Snapshot().Exits.Select(exit => exit.ExitCode));
    }
}
