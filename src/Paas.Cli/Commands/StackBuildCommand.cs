using Paas.Cli.CommandLine;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;

namespace Paas.Cli.Commands;

internal sealed class StackBuildCommand : Command
{
    /// <summary>The stack that the platform builds apps on where nobody says otherwise.</summary>
    private const string Usual = "bookworm";

    public override string Name => "stack:build";

    public override string Summary => "build the base images where they are missing";

    public override string Words => "[STACK]";

    public override (int Least, int Most) WordCount => (0, 1);

    public override bool OfApp => false;

    public override bool PrintsData => true;

    public override string Details => "From Debian's packages, by mmdebstrap; the same packages give the same digests. Ctrl-C ends it, and nothing has changed.";

    public override Task<int> RunAsync(Invocation call) => BuildAsync(call, update: false);

    internal static async Task<int> BuildAsync(Invocation call, bool update)
    {
        await foreach (var step in call.Client.BuildStackAsync(call.FirstWord ?? Usual, update, call.Cancelled))
        {
            if (step.Line is { } line) call.Terminal.Note($"       {line}");
            if (step.Result is not { } result) continue;
            if (call.Json) call.Terminal.Json(result, ApiJsonContext.Default.StackResultDocument);
            else Show(call, result);
            return 0;
        }

        throw new PaasException(ErrorCode.Unavailable, "The connection broke before the stack was built", "The build has ended with it. Try again.");
    }

    private static void Show(Invocation call, StackResultDocument result)
    {
        var terminal = call.Terminal;
        terminal.Line($"{result.Name}: {(result.Changed ? "run" : "unchanged, run")} {result.RunDigest}, build {result.BuildDigest}");
        IReadOnlyList<string> head = ["PACKAGE", "FROM", "TO", "IN"];
        var rows = result.Packages.Select(change => (IReadOnlyList<string>)[change.Name, change.From ?? "-", change.To ?? "-", change.Run ? "run, build" : "build"]);
        if (result.Packages.Count > 0)
        {
            foreach (var line in Output.Columns.Align([head, .. rows])) terminal.Line(line);
        }

        if (result.Behind.Count == 0) return;
        terminal.Line($"Behind: {string.Join(", ", result.Behind)}");
        terminal.Next("Next: paas rebase --all");
    }
}
