using Paas.Cli.CommandLine;

namespace Paas.Cli.Commands;

internal sealed class GitGenerateDeployKeyCommand : Command
{
    public override string Name => "git:generate-deploy-key";

    public override string Summary => "make a new key for git:sync in place of the app's";

    public override string Words => "[APP]";

    public override (int Least, int Most) WordCount => (0, 1);

    public override async Task<int> RunAsync(Invocation call)
    {
        var app = call.FirstWord ?? call.App;
        var key = await call.Client.RenewDeployKeyAsync(app, call.Cancelled);
        call.Terminal.Line(key.PublicKey);
        call.Terminal.Next("The former key is gone: give this one to the git server in its place.");
        return 0;
    }
}
