using Paas.Cli.CommandLine;
using Paas.Contracts.Api;

namespace Paas.Cli.Commands;

internal sealed class GitPublicKeyCommand : Command
{
    public override string Name => "git:public-key";

    public override string Summary => "print the key that git:sync shows to other servers, to be given to them as a deploy key";

    public override string Words => "[APP]";

    public override (int Least, int Most) WordCount => (0, 1);

    public override bool PrintsData => true;

    public override string Details => "Each app has its own. It is made the first time that it is asked for.";

    public override async Task<int> RunAsync(Invocation call)
    {
        var key = await call.Client.GetDeployKeyAsync(call.FirstWord ?? call.App, call.Cancelled);
        if (call.Json) call.Terminal.Json(key, ApiJsonContext.Default.DeployKeyDocument);
        else call.Terminal.Line(key.PublicKey);
        return 0;
    }
}
