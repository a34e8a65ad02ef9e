using Paas.Cli.CommandLine;
using Paas.Cli.Connections;
using Paas.Cli.Git;
using Paas.Contracts.Errors;

namespace Paas.Cli.Commands;

internal sealed class DestroyCommand : Command
{
    private static readonly Option Confirm = new("--confirm", null, "NAME", "the app's name, instead of being asked for it");

    public override string Name => "destroy";

    public override IReadOnlyList<string> Aliases => ["apps:destroy"];

    public override string Summary => "stop an app and delete everything it owns";

    public override string Words => "[NAME]";

    public override (int Least, int Most) WordCount => (0, 1);

    public override IReadOnlyList<Option> Options => [Confirm];

    public override IReadOnlyList<string> Examples => ["paas destroy -a hello", "paas destroy -a hello --confirm hello"];

    public override async Task<int> RunAsync(Invocation call)
    {
        var app = call.FirstWord ?? call.App;
        var document = await call.Client.GetAppAsync(app, call.Cancelled);
        Ask(call, app);
        await call.Terminal.DuringAsync($"Destroying {app}", Destroy(call, app), _ => "done");
        var remote = GitCheckout.RemoteUrl(call.RemoteName);
        if (remote is not null && (remote == document.GitUrl || remote == GitAddress.Of(document, call.Client.Address)) && GitCheckout.RemoveRemote(call.RemoteName))
        {
            call.Terminal.Note($"Git remote {call.RemoteName} removed");
        }

        return 0;
    }

    private static async Task<bool> Destroy(Invocation call, string app)
    {
        await call.Client.DestroyAppAsync(app, call.Cancelled);
        return true;
    }

    private static void Ask(Invocation call, string app)
    {
        var given = call.Line.Value(Confirm);
        if (given is null)
        {
            if (Console.IsInputRedirected) throw new UsageException($"This deletes {app} with all it owns", $"If you mean it: paas destroy -a {app} --confirm {app}");
            call.Terminal.Error($"This stops {app} and deletes its releases, config, logs and repository.\nThere is no way back.");
            Console.Error.Write($"Type {app} to go on: ");
            given = Console.In.ReadLine();
        }

        if (given?.Trim() != app) throw new PaasException(ErrorCode.InvalidRequest, $"'{given}' is not {app}; nothing was destroyed");
    }
}
