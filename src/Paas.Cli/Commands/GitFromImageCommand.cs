using Paas.Cli.CommandLine;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;

namespace Paas.Cli.Commands;

internal sealed class GitFromImageCommand : Command
{
    public override string Name => "git:from-image";

    public override string Summary => "release an image from a registry";

    public override string Words => "[APP] IMAGE";

    public override (int Least, int Most) WordCount => (1, 2);

    public override string Details => """
        The image is pulled and released as it is: its command is the process web, its exposed port is where visitors are sent.
        Returns when the release is live; if it does not become healthy, what was live goes on.
        """;

    public override IReadOnlyList<string> Examples => ["paas git:from-image hello nginx:1.27", "paas git:from-image -a hello ghcr.io/team/app:v1"];

    public override async Task<int> RunAsync(Invocation call)
    {
        var app = call.Words.Count == 2 ? call.Words[0] : call.App;
        await foreach (var step in call.Client.DeployImageAsync(app, new DeployImageRequest(call.Words[^1]), call.Cancelled))
        {
            if (step.Line is { } line) call.Terminal.Line(line);
            if (step.Result is not null) return 0;
        }

        throw new PaasException(ErrorCode.Unavailable, "The connection broke before the release was live", $"What became of it: paas releases -a {app}");
    }
}
