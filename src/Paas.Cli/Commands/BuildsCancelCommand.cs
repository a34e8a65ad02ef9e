using Paas.Cli.CommandLine;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;

namespace Paas.Cli.Commands;

internal sealed class BuildsCancelCommand : Command
{
    public override string Name => "builds:cancel";

    public override string Summary => "end a build that waits or runs";

    public override string Words => "[N]";

    public override (int Least, int Most) WordCount => (0, 1);

    public override string Details => """
        Without a number it takes the one that builds or waits. Everything the build started is killed; what serves goes on serving, and the
        push that brought the build is refused.
        """;

    public override async Task<int> RunAsync(Invocation call)
    {
        var app = call.App;
        var number = call.FirstWord is { } word ? BuildNumber.Parse(word) : await UnfinishedAsync(call, app);
        await call.Client.CancelBuildAsync(app, number, call.Cancelled);
        call.Terminal.Note($"Build {number} of {app} was cancelled.");
        return 0;
    }

    private static async Task<int> UnfinishedAsync(Invocation call, string app) =>
        (await call.Client.ListBuildsAsync(app, call.Cancelled)).Where(build => build.Status is BuildStatus.Running or BuildStatus.Queued).MinBy(build => build.Number)?.Number
        ?? throw new PaasException(ErrorCode.Conflict, $"Nothing of {app} builds or waits at present", $"Its builds: paas builds -a {app}");
}
