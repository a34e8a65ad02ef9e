using Paas.Cli.CommandLine;

namespace Paas.Cli.Commands;

internal sealed class HelpCommand : Command
{
    public override string Name => "help";

    public override string Summary => "show this, or more about one command";

    public override string Words => "[COMMAND]";

    public override (int Least, int Most) WordCount => (0, 1);

    public override bool OfApp => false;

    public override Task<int> RunAsync(Invocation call)
    {
        var style = call.Terminal.Style;
        call.Terminal.Text(call.Words.Count == 0 ? HelpPage.Overview(style) : HelpPage.Of(CommandTable.Get(call.Words[0]), style));
        return Task.FromResult(0);
    }
}
