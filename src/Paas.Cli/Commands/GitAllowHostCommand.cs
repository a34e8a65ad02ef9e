using Paas.Cli.CommandLine;

namespace Paas.Cli.Commands;

internal sealed class GitAllowHostCommand : Command
{
    public override string Name => "git:allow-host";

    public override string Summary => "trust the keys that an SSH git server shows now";

    public override string Words => "HOST[:PORT]";

    public override (int Least, int Most) WordCount => (1, 1);

    public override bool OfApp => false;

    public override IReadOnlyList<string> Examples => ["paas git:allow-host github.com"];

    public override async Task<int> RunAsync(Invocation call)
    {
        var host = await call.Client.AllowGitHostAsync(call.Words[0], call.Cancelled);
        call.Terminal.Note($"{host.Host} is trusted with these keys:");
        foreach (var key in host.Keys) call.Terminal.Line($"  {key.Fingerprint}  {key.Type}");
        call.Terminal.Next("Compare them with what its operators publish.");
        return 0;
    }
}
