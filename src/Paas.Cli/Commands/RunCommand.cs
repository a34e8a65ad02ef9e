using Paas.Cli.CommandLine;
using Paas.Cli.Output;
using Paas.Contracts.Api;

namespace Paas.Cli.Commands;

internal sealed class RunCommand : Command
{
    private static readonly Option Env = new("--env", 'e', "NAME=VALUE", "a variable on top of the app's config; more than one with ; between them");
    private static readonly Option NoStdin = new("--no-stdin", null, null, "give the command an empty input");
    private static readonly Option NoTty = new("--no-tty", null, null, "no terminal for the command, even at one");

    public override string Name => "run";

    public override string Summary => "run a one-off command in the live release";

    public override string Words => "[--] COMMAND [ARGUMENT ...]";

    public override (int Least, int Most) WordCount => (1, int.MaxValue);

    public override IReadOnlyList<Option> Options => [Env, NoStdin, NoTty];

    public override bool EndsOptionsAtFirstWord => true;

    public override string Details => """
        A new container with the app's files and config, beside what serves. Its output and exit code are those of paas run.
        At a terminal the command has one too; else what is piped in is its input. It is a program with arguments, or one process
        type of the Procfile, and it ends with the connection.
        """;

    public override IReadOnlyList<string> Examples => ["paas run bash", "paas run -- node -e 'console.log(1)'", "paas run -- sh -c 'env | sort'", "paas run -- psql < dump.sql"];

    public override async Task<int> RunAsync(Invocation call)
    {
        var variables = Variables(call.Line.Value(Env));
        var app = call.App;
        using var terminal = call.Line.Has(NoStdin) || call.Line.Has(NoTty) ? null : LocalTerminal.TryTake();
        await using var input = call.Line.Has(NoStdin) ? Stream.Null : StandardInput.Open();
        await using var output = new OutputStream(call.Terminal, toErrors: false);
        await using var errors = new OutputStream(call.Terminal, toErrors: true);
        var request = new RunRequest(call.Words, variables, terminal?.Size, Environment.GetEnvironmentVariable("TERM"));
        return await call.Client.RunAsync(app, request, new ExecStreams(input, output, errors, terminal?.Sizes), call.Cancelled);
    }

    internal static Dictionary<string, string>? Variables(string? text)
    {
        if (text is null) return null;
        var variables = new Dictionary<string, string>();
        foreach (var pair in text.Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = Assignment.Read(pair);
            variables[name] = value;
        }

        return variables;
    }
}
