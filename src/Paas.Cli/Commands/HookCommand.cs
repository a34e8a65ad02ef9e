using Paas.Cli.CommandLine;
using Paas.Cli.Hook;

namespace Paas.Cli.Commands;

/// <summary>What a pushed-to repository runs as its pre-receive hook.</summary>
internal sealed class HookCommand : Command
{
    public override string Name => "hook";

    public override string? Summary => null;

    public override string Words => "[pre-receive]";

    public override (int Least, int Most) WordCount => (0, 1);

    public override async Task<int> RunAsync(Invocation call)
    {
        if (call.Words.Count > 0 && call.Words[0] != "pre-receive") throw new UsageException($"there is no hook {call.Words[0]}");
        return await new PreReceive(call.Client, call.App, call.Terminal).RunAsync(Console.In, call.Cancelled);
    }
}
