using Paas.Cli.CommandLine;
using Paas.Cli.Output;
using Paas.Contracts.Api;

namespace Paas.Cli.Commands;

internal sealed class CronCommand : Command
{
    public override string Name => "cron";

    public override IReadOnlyList<string> Aliases => ["cron:list"];

    public override string Summary => "list the tasks by the clock";

    public override string Words => "[APP]";

    public override (int Least, int Most) WordCount => (0, 1);

    public override bool PrintsData => true;

    public override string Details => """
        They are those of app.json in the live release; a push, a rollback and the like replace them all at once. Schedules are in UTC.
        """;

    public override IReadOnlyList<string> Examples => ["paas cron hello", "paas logs --source cron.1"];

    public override async Task<int> RunAsync(Invocation call)
    {
        var app = call.FirstWord ?? call.App;
        var tasks = await call.Client.ListCronAsync(app, call.Cancelled);
        if (call.Json)
        {
            call.Terminal.Json(tasks, ApiJsonContext.Default.IReadOnlyListCronTaskDocument);
            return 0;
        }

        if (tasks.Count == 0)
        {
            call.Terminal.Note($"{app} has no tasks by the clock.");
            call.Terminal.Next("Write them into app.json, commit and push: \"cron\": [{ \"command\": \"node tidy.js\", \"schedule\": \"@daily\" }]");
            return 0;
        }

        call.Terminal.Line(call.Terminal.Style.Bold($"=== {app} Tasks"));
        var now = DateTimeOffset.UtcNow;
        foreach (var line in Columns.Align([.. tasks.Select(task => Row(task, now))])) call.Terminal.Line(line);
        call.Terminal.Next($"What one printed: paas logs -a {app} --source cron.{tasks[0].Number}. To run it now: paas cron:run {app} {tasks[0].Number}");
        return 0;
    }

    private static IReadOnlyList<string> Row(CronTaskDocument task, DateTimeOffset now) =>
    [
        $"cron.{task.Number}", task.Schedule, task.NextAt is { } next ? $"next {next.UtcDateTime:yyyy-MM-dd HH:mm} UTC" : "never", Last(task, now), task.Command,
    ];

    private static string Last(CronTaskDocument task, DateTimeOffset now)
    {
        if (task.IsRunning) return "runs now";
        if (task.BeganAt is not { } began) return "has not run yet";
        var how = task.ExitStatus is { } status ? $"exit status {status}" : task.EndedAt is null ? "cut off" : "failed";
        return $"{how}, {Moment.Ago(now - began)} ago";
    }
}
