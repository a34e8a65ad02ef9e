using Paas.Cli.CommandLine;
using Paas.Contracts.Errors;

namespace Paas.Cli.Commands;

internal sealed class SshKeysRemoveCommand : Command
{
    private static readonly Option Fingerprint = new("--fingerprint", null, "SHA256:…", "the key by its fingerprint");

    public override string Name => "ssh-keys:remove";

    public override string Summary => "take a key away";

    public override string Words => "NAME";

    public override (int Least, int Most) WordCount => (0, 1);

    public override IReadOnlyList<Option> Options => [Fingerprint];

    public override bool OfApp => false;

    public override IReadOnlyList<string> Examples => ["paas ssh-keys:remove laptop", "paas ssh-keys:remove --fingerprint SHA256:bkrJ…"];

    public override async Task<int> RunAsync(Invocation call)
    {
        var fingerprint = call.Line.Value(Fingerprint);
        if (call.FirstWord is null == fingerprint is null) throw new UsageException("Which key?", "Say its name, or --fingerprint SHA256:…; those there are: paas ssh-keys:list");
        var name = call.FirstWord ?? (await call.Client.ListSshKeysAsync(call.Cancelled)).FirstOrDefault(key => key.Fingerprint == fingerprint)?.Name
            ?? throw new PaasException(ErrorCode.NotFound, $"there is no key {fingerprint}", "Those there are: paas ssh-keys:list");
        await call.Client.RemoveSshKeyAsync(name, call.Cancelled);
        call.Terminal.Note($"Removed the key {name}");
        return 0;
    }
}
