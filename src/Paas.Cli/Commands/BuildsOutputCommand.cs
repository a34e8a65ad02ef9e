using Paas.Cli.CommandLine;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;

namespace Paas.Cli.Commands;

internal sealed class BuildsOutputCommand : Command
{
    public override string Name => "builds:output";

    public override string Summary => "print what a build printed, live while it builds";

    public override string Words => "[N]";

    public override (int Least, int Most) WordCount => (0, 1);

    public override string Details => "Without a number it takes the newest build. The exit code says whether the build succeeded.";

    public override async Task<int> RunAsync(Invocation call)
    {
        var app = call.App;
        var number = call.FirstWord is { } word ? BuildNumber.Parse(word) : (await BuildNumber.NewestAsync(call, app)).Number;
        await foreach (var step in call.Client.ReadBuildOutputAsync(app, number, call.Cancelled))
        {
            if (step.Line is { } line) call.Terminal.Line(line);
            if (step.Result is { } result) return result.Status == BuildStatus.Succeeded ? 0 : ErrorCodes.ExitFailure;
        }

        throw new PaasException(ErrorCode.Unavailable, "The connection broke before the build ended", $"Again: paas builds:output -a {app} {number}");
    }
}
