using System.Globalization;
using Paas.Cli.CommandLine;
using Paas.Cli.Output;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;

namespace Paas.Cli.Commands;

internal sealed class CronRunCommand : Command
{
    public override string Name => "cron:run";

    public override string Summary => "run a task by the clock now, and show what it prints";

    public override string Words => "[APP] NUMBER";

    public override (int Least, int Most) WordCount => (1, 2);

    public override string Details => """
        As paas run does: in a container of its own, with output and exit code here. Its times by the clock stay as they are.
        """;

    public override IReadOnlyList<string> Examples => ["paas cron:run hello 1", "paas cron:run cron.2"];

    public override async Task<int> RunAsync(Invocation call)
    {
        var app = call.Words.Count == 2 ? call.Words[0] : call.App;
        var word = call.Words[^1];
        if (!int.TryParse(word.StartsWith("cron.", StringComparison.Ordinal) ? word[5..] : word, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            throw new UsageException($"'{word}' is not the number of a task", $"paas cron {app} lists them.");
        var task = (await call.Client.ListCronAsync(app, call.Cancelled)).FirstOrDefault(one => one.Number == number)
            ?? throw new PaasException(ErrorCode.NotFound, $"{app} has no task {number}", $"paas cron {app} lists them.");
        await using var output = new OutputStream(call.Terminal, toErrors: false);
        await using var errors = new OutputStream(call.Terminal, toErrors: true);
        return await call.Client.RunAsync(app, new RunRequest([task.Command]), new ExecStreams(Stream.Null, output, errors), call.Cancelled);
    }
}
