using Paas.Cli.CommandLine;
using Paas.Cli.Output;
using Paas.Contracts.Api;

namespace Paas.Cli.Commands;

internal sealed class UsersCommand : Command
{
    public override string Name => "users";

    public override IReadOnlyList<string> Aliases => ["users:list"];

    public override string Summary => "list the people who use the platform";

    public override bool OfApp => false;

    public override bool PrintsData => true;

    public override string Details => "root on the server is always there and may do everything.";

    public override async Task<int> RunAsync(Invocation call)
    {
        var users = await call.Client.ListUsersAsync(call.Cancelled);
        if (call.Json)
        {
            call.Terminal.Json(users, ApiJsonContext.Default.IReadOnlyListUserDocument);
            return 0;
        }

        if (users.Count == 0)
        {
            call.Terminal.Note("There is nobody but root.");
            call.Terminal.Next("Next: paas users:add NAME");
            return 0;
        }

        IReadOnlyList<string> head = ["USER", "APPS"];
        foreach (var line in Columns.Align([head, .. users.Select(user => (IReadOnlyList<string>)[user.Name, user.Admin ? "every (administrator)" : $"{user.Apps}"])])) call.Terminal.Line(line);
        return 0;
    }
}
