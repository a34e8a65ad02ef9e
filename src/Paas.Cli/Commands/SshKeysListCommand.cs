using Paas.Cli.CommandLine;
using Paas.Cli.Output;
using Paas.Contracts.Api;

namespace Paas.Cli.Commands;

internal sealed class SshKeysListCommand : Command
{
    public override string Name => "ssh-keys:list";

    public override IReadOnlyList<string> Aliases => ["ssh-keys"];

    public override string Summary => "list the keys that may log in over SSH";

    public override bool OfApp => false;

    public override bool PrintsData => true;

    public override async Task<int> RunAsync(Invocation call)
    {
        var keys = await call.Client.ListSshKeysAsync(call.Cancelled);
        if (call.Json)
        {
            call.Terminal.Json(keys, ApiJsonContext.Default.IReadOnlyListSshKeyDocument);
            return 0;
        }

        if (keys.Count == 0)
        {
            call.Terminal.Note("No key may log in over SSH yet.");
            call.Terminal.Next("Add one: paas ssh-keys:add laptop ~/.ssh/id_ed25519.pub");
            return 0;
        }

        var now = DateTimeOffset.UtcNow;
        var rows = keys.Select(key => (IReadOnlyList<string>)[key.Name, key.Fingerprint, key.Type, $"as {key.User}", $"since {Moment.Text(key.CreatedAt, now)}"]);
        foreach (var line in Columns.Align([.. rows])) call.Terminal.Line(line);
        return 0;
    }
}
