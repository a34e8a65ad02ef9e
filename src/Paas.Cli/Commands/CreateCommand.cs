using Paas.Cli.CommandLine;
using Paas.Cli.Connections;
using Paas.Cli.Git;
using Paas.Cli.Ssh;
using Paas.Contracts.Api;

namespace Paas.Cli.Commands;

internal sealed class CreateCommand : Command
{
    private static readonly Option NoRemote = new("--no-remote", null, null, "leave the git checkout alone");

    public override string Name => "create";

    public override IReadOnlyList<string> Aliases => ["apps:create"];

    public override string Summary => "create an app and add the git remote";

    public override string Words => "[NAME]";

    public override (int Least, int Most) WordCount => (0, 1);

    public override IReadOnlyList<Option> Options => [NoRemote];

    public override bool PrintsData => true;

    public override string Details => "Without a name one is made up. In a git checkout it adds the remote 'paas', and git then needs no password for it.";

    public override IReadOnlyList<string> Examples => ["paas create hello", "git push paas main"];

    public override async Task<int> RunAsync(Invocation call)
    {
        var name = call.FirstWord ?? call.Line.Value(Option.App);
        var client = call.Client;
        var app = await call.Terminal.DuringAsync(
            name is null ? "Creating app" : $"Creating {name}",
            client.CreateAppAsync(new CreateAppRequest(name), call.Cancelled),
            made => name is null ? $"done, {made.Name}" : "done");
        var remote = GitAddress.Of(app, client.Address);
        if (call.Json)
        {
            call.Terminal.Json(app, ApiJsonContext.Default.AppDocument);
        }
        else
        {
            call.Terminal.Line($"{string.Join(' ', app.Urls.Take(1))} | {remote}");
        }

        if (SshSession.IsOne)
        {
            call.Terminal.Next($"Next, in your app's git checkout: git push paas@HOST:{app.Name} main");
            return 0;
        }

        CredentialHelper.Install(new Uri(remote));
        if (!call.Line.Has(NoRemote)) AddRemote(call, app.Name, remote);
        return 0;
    }

    private static void AddRemote(Invocation call, string app, string url)
    {
        var terminal = call.Terminal;
        if (!GitCheckout.Exists())
        {
            terminal.Next($"Next, in your app's git checkout: paas git:remote -a {app} && git push {call.RemoteName} main");
            return;
        }

        var have = GitCheckout.RemoteUrl(call.RemoteName);
        if (have is not null && have != url)
        {
            terminal.Next($"The git remote {call.RemoteName} already points to {have}. To change it: paas git:remote -a {app}");
            return;
        }

        if (have is null && GitCheckout.AddRemote(call.RemoteName, url)) terminal.Note($"Git remote {call.RemoteName} added");
        terminal.Next($"Next: git push {call.RemoteName} {GitCheckout.Branch() ?? "main"}");
    }
}
