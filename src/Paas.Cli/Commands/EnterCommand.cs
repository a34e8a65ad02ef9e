using Paas.Cli.CommandLine;
using Paas.Cli.Output;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;

namespace Paas.Cli.Commands;

internal sealed class EnterCommand : Command
{
    public override string Name => "enter";

    public override string Summary => "open a shell, or run a command, in a running instance";

    public override string Words => "[INSTANCE] [-- COMMAND [ARGUMENT ...]]";

    public override (int Least, int Most) WordCount => (0, int.MaxValue);

    public override string Details => """
        In the very container that serves: what is changed there is gone with it. For a container of its own: paas run.
        INSTANCE is one of paas ps, for example web.1, or a process type; without it the first that runs. At a terminal the command
        has one too; else what is piped in is its input. Its exit code is that of paas enter, and it ends with the connection.
        """;

    public override IReadOnlyList<string> Examples => ["paas enter", "paas enter worker.1", "paas enter web.1 -- ls -l", "paas enter -- cat log.txt > log.txt"];

    public override async Task<int> RunAsync(Invocation call)
    {
        var words = call.Words.Take(call.Line.WordsBeforeDashes).ToList();
        if (words.Count > 1) throw new UsageException($"enter does not know what to do with '{words[1]}'", Advice(call.Line, words));
        var command = call.Words.Skip(words.Count).ToList();
        var app = call.App;
        var instance = Choose(app, words.FirstOrDefault(), await call.Client.ListInstancesAsync(app, call.Cancelled), AppWord.Advice(call.Line));
        using var terminal = LocalTerminal.TryTake();
        await using var input = StandardInput.Open();
        await using var output = new OutputStream(call.Terminal, toErrors: false);
        await using var errors = new OutputStream(call.Terminal, toErrors: true);
        var request = new InstanceExecRequest(command.Count > 0 ? command : null, terminal?.Size, Environment.GetEnvironmentVariable("TERM"));
        return await call.Client.ExecAsync(app, instance, request, new ExecStreams(input, output, errors, terminal?.Sizes), call.Cancelled);
    }

    // A name with a number behind its dot is an instance, and what comes before one is the app.
    private static string Advice(ParsedLine line, List<string> words)
    {
        var dashes = $"A command comes after two dashes: paas enter {words[0]} -- {string.Join(' ', words.Skip(1))}";
        if (AppWord.Advice(line) is not { } app) return dashes;
        return words[1].Split('.') is [_, var number] && number.All(char.IsAsciiDigit) ? app : $"{dashes}\n{app}";
    }

    /// <param name="advice">A further line for the hint where there is no such instance.</param>
    internal static string Choose(string app, string? wanted, IReadOnlyList<InstanceDocument> instances, string? advice = null)
    {
        var running = instances.Where(instance => instance.Pid is not null).ToList();
        if (wanted is null)
        {
            return running.FirstOrDefault()?.Name
                ?? throw new PaasException(ErrorCode.Conflict, $"Nothing of {app} runs at present", $"See: paas ps -a {app}");
        }

        if (instances.Any(instance => instance.Name == wanted)) return wanted;
        return running.FirstOrDefault(instance => instance.Type == wanted)?.Name
            ?? throw new PaasException(ErrorCode.NotFound, $"{app} has no instance {wanted} that runs", $"What runs: paas ps -a {app}; a command comes after two dashes: paas enter -- {wanted}{(advice is null ? "" : "\n" + advice)}");
    }
}
