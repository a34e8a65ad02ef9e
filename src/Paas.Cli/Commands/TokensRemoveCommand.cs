using Paas.Cli.CommandLine;

namespace Paas.Cli.Commands;

internal sealed class TokensRemoveCommand : Command
{
    public override string Name => "tokens:remove";

    public override IReadOnlyList<string> Aliases => ["tokens:revoke"];

    public override string Summary => "take a token away; what uses it is refused from then on";

    public override string Words => "NAME";

    public override (int Least, int Most) WordCount => (1, 1);

    public override bool OfApp => false;

    public override async Task<int> RunAsync(Invocation call)
    {
        await call.Client.RemoveTokenAsync(call.Words[0], call.Cancelled);
        call.Terminal.Note($"Took {call.Words[0]} away");
        return 0;
    }
}
