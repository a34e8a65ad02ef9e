using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.ControlPlane.Cron;

namespace Paas.ControlPlane.Tests.Planes;

/// <summary>The tasks by the clock of <c>app.json</c>.</summary>
public sealed class CronTests : PlaneTest
{
    private static readonly DateTimeOffset Midnight = new(2026, 11, 26, 0, 0, 0, TimeSpan.Zero);

    private CronClock Clock => Plane.Get<CronClock>();

    [Fact]
    public async Task What_is_due_runs_in_the_live_release_and_prints_into_the_app_s_log()
    {
        await CreateAsync("hello");
        await Platform.ChangeConfigAsync("hello", new ConfigChange(new Dictionary<string, string?> { ["GREETING"] = "hi" }), CancellationToken.None);
        var (lines, _) = await PushBothAsync("hello", Tasks(("0 0 * * *", "tidy"), ("30 4 * * *", "fail"), ("@hourly", "worker")), "web: listen\nworker: work");
        Assert.Contains("-----> app.json has 3 tasks by the clock: paas cron -a hello", lines);
        Assert.All(await ListAsync(), task => Assert.Null(task.BeganAt));

        Clock.Begin(Midnight.AddMinutes(-1), Midnight);
        await EventuallyAsync(async () => (await ListAsync()).Count(task => task.ExitStatus == 0) == 2, "both that are due have run");
        Assert.Equal(["cron.1 /bin/bash -c tidy GREETING=hi"], await LogAsync("cron.1"));
        // A process type of the Procfile is what that says.
        Assert.Equal(["cron.3 /bin/bash -c work GREETING=hi"], await LogAsync("cron.3"));
        // The platform's log is written a moment later.
        await EventuallyAsync(
            async () => (await LogAsync("paas")).Any(line => line.StartsWith("cron.1 ended with exit status 0 after", StringComparison.Ordinal)), "the log says that it ended");
        Assert.Contains("cron.1 of v1 begins: tidy", await LogAsync("paas"));

        // What was missed for minutes is run once.
        Clock.Begin(Midnight.AddHours(4).AddMinutes(25), Midnight.AddHours(4).AddMinutes(35));
        await EventuallyAsync(async () => (await ListAsync())[1].ExitStatus == 3, "the other has failed");
        Assert.Single(await LogAsync("cron.2"));
        Assert.Equal([(1, "0 0 * * *", "tidy"), (2, "30 4 * * *", "fail"), (3, "0 * * * *", "worker")], (await ListAsync()).Select(task => (task.Number, task.Schedule, task.Command)));
        Assert.All(await ListAsync(), task => Assert.True(task.NextAt > DateTimeOffset.UtcNow));
    }

    [Fact]
    public async Task Each_release_brings_its_own_and_a_rollback_brings_back_what_was()
    {
        await CreateAsync("hello");
        await PushBothAsync("hello", Tasks(("0 0 * * *", "tidy")), "web: listen");
        await PushBothAsync("hello", Tasks(("0 1 * * *", "mail")), "web: listen\n");
        Assert.Equal(["mail"], (await ListAsync()).Select(task => task.Command));
        await Platform.ChangeConfigAsync("hello", new ConfigChange(new Dictionary<string, string?> { ["A"] = "b" }), CancellationToken.None);
        Assert.Equal(["mail"], (await ListAsync()).Select(task => task.Command));
        Assert.Equal(BuildStatus.Failed, (await PushBothAsync("hello", Tasks(("0 2 * * *", "never")), "web: exit 1")).Result.Status);
        Assert.Equal(["mail"], (await ListAsync()).Select(task => task.Command));
        await Platform.RollbackAsync("hello", new RollbackRequest(1), CancellationToken.None);
        Assert.Equal(["tidy"], (await ListAsync()).Select(task => task.Command));
        await PushAsync("hello", "web: listen");
        Assert.Empty(await ListAsync());
        Assert.Equal(ErrorCode.AppNotFound, (await Assert.ThrowsAsync<PaasException>(() => Plane.Get<ICron>().ListCronAsync("none", CancellationToken.None))).Code);
    }

    [Fact]
    public async Task One_that_still_runs_is_left_out_and_ends_with_its_app()
    {
        await CreateAsync("hello");
        await PushBothAsync("hello", Tasks(("* * * * *", "sleep")), "web: listen");
        Clock.Begin(Midnight, Midnight.AddMinutes(1));
        await EventuallyAsync(async () => (await ListAsync())[0] is { IsRunning: true, BeganAt: not null }, "it runs");
        Clock.Begin(Midnight.AddMinutes(1), Midnight.AddMinutes(2));
        await EventuallyAsync(async () => (await LogAsync("paas")).Contains("cron.1 is due, but still runs: it is left out this time"), "that is told");
        await Platform.DestroyAppAsync("hello", CancellationToken.None);
        Assert.False(Plane.Get<CronRuns>().IsRunning("hello", 1));
    }

    private Task<IReadOnlyList<CronTaskDocument>> ListAsync() => Plane.Get<ICron>().ListCronAsync("hello", CancellationToken.None);

    private async Task<List<string>> LogAsync(string source)
    {
        var lines = new List<string>();
        await foreach (var line in Platform.ReadLogsAsync("hello", new LogQuery(Tail: 100, Source: source), CancellationToken.None)) lines.Add(line.Text);
        return lines;
    }

    private static string Tasks(params (string Schedule, string Command)[] tasks) =>
        $$"""{ "cron": [{{string.Join(", ", tasks.Select(task => $$"""{ "schedule": "{{task.Schedule}}", "command": "{{task.Command}}" }"""))}}] }""";
}
