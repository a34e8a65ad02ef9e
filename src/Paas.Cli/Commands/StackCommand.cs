using Paas.Cli.CommandLine;
using Paas.Cli.Output;
using Paas.Contracts.Api;

namespace Paas.Cli.Commands;

internal sealed class StackCommand : Command
{
    public override string Name => "stack";

    public override IReadOnlyList<string> Aliases => ["stack:list", "stacks"];

    public override string Summary => "list the base images, and which apps are on them";

    public override bool OfApp => false;

    public override bool PrintsData => true;

    public override string Details =>
        "A stack is the image that apps run on and the image they are built in, made of Debian's packages. An app is behind when the stack was updated after it was built: paas rebase puts it on the newest.";

    public override async Task<int> RunAsync(Invocation call)
    {
        var found = await call.Client.ListStacksAsync(call.Cancelled);
        if (call.Json)
        {
            call.Terminal.Json(found, ApiJsonContext.Default.StacksDocument);
            return 0;
        }

        foreach (var stack in found.Stacks) Show(call.Terminal, stack);
        if (found.Stacks.Count == 0)
        {
            call.Terminal.Note("There is no stack yet.");
            call.Terminal.Next("Next: paas stack:build");
        }

        if (found.Others.Count > 0)
        {
            call.Terminal.Line(call.Terminal.Style.Bold("=== On no stack"));
            foreach (var line in Columns.Align([.. found.Others.Select(app => (IReadOnlyList<string>)[app.App, app.Reason])])) call.Terminal.Line(line);
        }

        return 0;
    }

    private static void Show(Terminal terminal, StackDocument stack)
    {
        terminal.Line(terminal.Style.Bold($"=== {stack.Name}"));
        IReadOnlyList<string>[] facts =
        [
            ["Run image:", stack.RunDigest],
            ["Build image:", stack.BuildDigest ?? "missing; paas stack:build makes it"],
            ["Size:", $"{Bytes.Text(stack.SizeBytes)}, {stack.Packages} packages in the run image"],
            .. stack.BuiltAt is { } at ? [(IReadOnlyList<string>)["Built:", Moment.Text(at, DateTimeOffset.UtcNow)]] : Array.Empty<IReadOnlyList<string>>(),
        ];
        foreach (var line in Columns.Align(facts)) terminal.Line(line);
        IReadOnlyList<string> head = ["APP", "RELEASE", "BASE"];
        var rows = stack.Apps.Select(app => (IReadOnlyList<string>)
            [app.App, $"v{app.Release}", app.Behind ? $"behind ({(app.BaseDigest is { } digest ? ImagesCommand.Short(digest) : "unknown")})" : "current"]);
        if (stack.Apps.Count > 0)
        {
            foreach (var line in Columns.Align([head, .. rows])) terminal.Line(line);
        }

        if (stack.Apps.Any(app => app.Behind)) terminal.Next("Next: paas rebase --all");
    }
}
