using Paas.Cli.CommandLine;
using Paas.Contracts.Api;

namespace Paas.Cli.Commands;

internal sealed class UsersAddCommand : Command
{
    private static readonly Option Admin = new("--admin", null, null, "may do everything on the platform");

    public override string Name => "users:add";

    public override string Summary => "add a person, or change what they are";

    public override string Words => "NAME";

    public override (int Least, int Most) WordCount => (1, 1);

    public override IReadOnlyList<Option> Options => [Admin];

    public override bool OfApp => false;

    public override string Details => "Without --admin they may create apps, which are theirs, and do with others what paas access:add gives them.";

    public override async Task<int> RunAsync(Invocation call)
    {
        var user = await call.Client.SetUserAsync(call.Words[0], new UserRequest(call.Line.Has(Admin)), call.Cancelled);
        call.Terminal.Note($"{user.Name} is {(user.Admin ? "an administrator" : "a user")} of the platform");
        call.Terminal.Next($"Next: paas tokens:create --user {user.Name}, for them to log in with; paas access:add {user.Name} -a APP");
        return 0;
    }
}
