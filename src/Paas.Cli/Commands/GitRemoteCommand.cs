using Paas.Cli.CommandLine;
using Paas.Cli.Git;
using Paas.Contracts.Errors;

namespace Paas.Cli.Commands;

internal sealed class GitRemoteCommand : Command
{
    public override string Name => "git:remote";

    public override string Summary => "point the git remote of this checkout to an app";

    public override IReadOnlyList<string> Examples => ["paas git:remote -a hello"];

    public override async Task<int> RunAsync(Invocation call)
    {
        if (!GitCheckout.Exists()) throw new PaasException(ErrorCode.InvalidRequest, "This directory is no git checkout", "Make it one: git init -b main");
        var app = await call.Client.GetAppAsync(call.App, call.Cancelled);
        var url = GitAddress.Of(app, call.Client.Address);
        CredentialHelper.Install(new Uri(url));
        var done = GitCheckout.RemoteUrl(call.RemoteName) is null ? GitCheckout.AddRemote(call.RemoteName, url) : GitCheckout.SetRemote(call.RemoteName, url);
        if (!done) throw new PaasException(ErrorCode.Internal, $"git did not take the remote {call.RemoteName}");
        call.Terminal.Note($"set git remote {call.RemoteName} to {url}");
        call.Terminal.Next($"Next: git push {call.RemoteName} {GitCheckout.Branch() ?? "main"}");
        return 0;
    }
}
