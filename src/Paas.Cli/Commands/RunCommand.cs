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
        type of the Procfile, and it ends with the connection. Options of paas run come before it: what is behind is its own.
        """;

    public override IReadOnlyList<string> Examples => ["paas run bash", "paas run -- node -e 'console.log(1)'", "paas run -- sh -c 'env | sort'", "paas run -- psql < dump.sql"];

    public override async Task<int> RunAsync(Invocation call)
    {
        RefuseLateApp(call.Line);
        var variables = Variables(call.Line.Value(Env));
        var app = call.App;
        using var terminal = call.Line.Has(NoStdin) || call.Line.Has(NoTty) ? null : LocalTerminal.TryTake();
        await using var input = call.Line.Has(NoStdin) ? Stream.Null : StandardInput.Open();
        await using var output = new OutputStream(call.Terminal, toErrors: false);
        await using var errors = new OutputStream(call.Terminal, toErrors: true);
        var request = new RunRequest(call.Words, variables, terminal?.Size, Environment.GetEnvironmentVariable("TERM"));
        return await call.Client.RunAsync(app, request, new ExecStreams(input, output, errors, terminal?.Sizes), call.Cancelled);
    }

    /// <summary>
    /// A usage error for <c>run rake db:migrate -a staging</c>, as Heroku takes it: handed on to the command, <c>-a staging</c> would
    /// leave it in the app of this directory.
    /// </summary>
    internal static void RefuseLateApp(ParsedLine line)
    {
        if (line.Has(Option.App) || line.WordsBeforeDashes == 0) return;
        var words = line.Words;
        for (var i = 1; i < words.Count && words[i] != "--"; i++)
        {
            var length = words[i] is "-a" or "--app" ? 2 : 1;
            var app = length == 2 ? words.ElementAtOrDefault(i + 1) : words[i].StartsWith("--app=", StringComparison.Ordinal) ? words[i][6..] : null;
            // ls -a /app is no question.
            if (app is null || !AppWord.IsName(app.ToLowerInvariant())) continue;
            var option = string.Join(' ', words.Skip(i).Take(length));
            throw new UsageException(
                $"'{option}' stands behind the command, where it would be the command's own",
                $"If {app} is the app: {AppWord.Corrected(line, app, words.Where((_, at) => at < i || at >= i + length))}\n"
                + $"If it is meant for the command: {AppWord.Corrected(line, null, words.Prepend("--"))}");
        }
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
