using Paas.Cli.CommandLine;

namespace Paas.Cli.Commands;

internal sealed class StackUpdateCommand : Command
{
    public override string Name => "stack:update";

    public override string Summary => "build the base images anew with today's packages";

    public override string Words => "[STACK]";

    public override (int Least, int Most) WordCount => (0, 1);

    public override bool OfApp => false;

    public override bool PrintsData => true;

    public override string Details =>
        "Says which packages changed. Where none did, the images are the same to the last byte. Apps go on as they are: the next push builds on the new images, and paas rebase puts an app on them without a build.";

    public override Task<int> RunAsync(Invocation call) => StackBuildCommand.BuildAsync(call, update: true);
}
