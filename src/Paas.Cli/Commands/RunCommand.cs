using Paas.Cli.CommandLine;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;

namespace Paas.Cli.Commands;

internal sealed class RunCommand : Command
{
    private static readonly Option Env = new("--env", 'e', "NAME=VALUE", "a variable on top of the app's config; more than one with ; between them");
    private static readonly Option NoStdin = new("--no-stdin", null, null, "give the command an empty input");

    public override string Name => "run";

    public override string Summary => "run a one-off command in the live release";

    public override string Words => "[--] COMMAND [ARGUMENT ...]";

    public override (int Least, int Most) WordCount => (1, int.MaxValue);

    public override IReadOnlyList<Option> Options => [Env, NoStdin];

    public override bool EndsOptionsAtFirstWord => true;

    public override string Details => """
        A new container with the app's files and config, beside what serves. Its output and exit code are those of paas run.
        What is piped in is the command's input. The command is a program with arguments, or one process type of the Procfile.
        """;

    public override IReadOnlyList<string> Examples => ["paas run -- node -e 'console.log(1)'", "paas run -- sh -c 'env | sort'", "paas run -- psql < dump.sql"];

    public override async Task<int> RunAsync(Invocation call)
    {
        var request = new RunRequest(call.Words, Variables(call.Line.Value(Env)), call.Line.Has(NoStdin) ? null : await ReadStdinAsync(call.Cancelled));
        await foreach (var step in call.Client.RunAsync(call.App, request, call.Cancelled))
        {
            if (step.Data is { } data) call.Terminal.Bytes(Convert.FromBase64String(data), step.Stream == "stderr");
            if (step.Error is { } error) call.Terminal.Error(error);
            if (step.ExitCode is { } code) return code;
            if (step.Error is not null) return ErrorCodes.ExitFailure;
        }

        throw new PaasException(ErrorCode.Unavailable, "The connection broke before the command ended; its container has been stopped");
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

    private static async Task<string?> ReadStdinAsync(CancellationToken ct)
    {
        if (!Console.IsInputRedirected) return null;
        await using var input = Console.OpenStandardInput();
        using var buffer = new MemoryStream();
        await input.CopyToAsync(buffer, ct);
        return buffer.Length == 0 ? null : Convert.ToBase64String(buffer.GetBuffer(), 0, (int)buffer.Length);
    }
}
