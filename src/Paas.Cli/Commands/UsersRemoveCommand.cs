using Paas.Cli.CommandLine;

namespace Paas.Cli.Commands;

internal sealed class UsersRemoveCommand : Command
{
    public override string Name => "users:remove";

    public override string Summary => "take a person away, with their tokens and all they may";

    public override string Words => "NAME";

    public override (int Least, int Most) WordCount => (1, 1);

    public override bool OfApp => false;

    public override string Details => "Their apps stay, and go on running.";

    public override async Task<int> RunAsync(Invocation call)
    {
        await call.Client.RemoveUserAsync(call.Words[0], call.Cancelled);
        call.Terminal.Note($"Took {call.Words[0]} away");
        return 0;
    }
}
