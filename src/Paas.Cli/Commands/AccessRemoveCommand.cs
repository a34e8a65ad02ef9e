using Paas.Cli.CommandLine;

namespace Paas.Cli.Commands;

internal sealed class AccessRemoveCommand : Command
{
    public override string Name => "access:remove";

    public override string Summary => "let a person work on an app no more";

    public override string Words => "USER";

    public override (int Least, int Most) WordCount => (1, 1);

    public override async Task<int> RunAsync(Invocation call)
    {
        await call.Client.TakeAccessAsync(call.App, call.Words[0], call.Cancelled);
        call.Terminal.Note($"{call.Words[0]} has no role with {call.App} any more");
        return 0;
    }
}
