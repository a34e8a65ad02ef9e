using Paas.Cli.CommandLine;

namespace Paas.Cli.Commands;

internal sealed class BuildpacksClearCommand : Command
{
    public override string Name => "buildpacks:clear";

    public override string Summary => "leave it to the source again which buildpacks build the app";

    public override string Words => "[APP]";

    public override (int Least, int Most) WordCount => (0, 1);

    public override async Task<int> RunAsync(Invocation call)
    {
        await BuildpackWords.SetAsync(call, call.FirstWord ?? call.App, [], "Buildpacks cleared");
        return 0;
    }
}
