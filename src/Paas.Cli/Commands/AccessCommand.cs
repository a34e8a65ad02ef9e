using Paas.Cli.CommandLine;
using Paas.Cli.Output;
using Paas.Contracts.Api;

namespace Paas.Cli.Commands;

internal sealed class AccessCommand : Command
{
    public override string Name => "access";

    public override IReadOnlyList<string> Aliases => ["access:list"];

    public override string Summary => "list who may do what with an app";

    public override bool PrintsData => true;

    public override string Details => "Administrators of the platform may do everything and are not listed.";

    public override async Task<int> RunAsync(Invocation call)
    {
        var access = await call.Client.ListAccessAsync(call.App, call.Cancelled);
        if (call.Json)
        {
            call.Terminal.Json(access, ApiJsonContext.Default.IReadOnlyListAccessDocument);
            return 0;
        }

        if (access.Count == 0)
        {
            call.Terminal.Note($"Nobody but administrators of the platform may do anything with {call.App}.");
            call.Terminal.Next("Next: paas access:add USER");
            return 0;
        }

        foreach (var line in Columns.Align([.. access.Select(one => (IReadOnlyList<string>)[one.User, RoleWord.Of(one.Role)])])) call.Terminal.Line(line);
        return 0;
    }
}
