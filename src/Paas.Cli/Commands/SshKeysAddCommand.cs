using Paas.Cli.CommandLine;
using Paas.Cli.Output;
using Paas.Contracts.Api;

namespace Paas.Cli.Commands;

internal sealed class SshKeysAddCommand : Command
{
    private static readonly Option User = new("--user", 'u', "NAME", "whose rights it has, if not yours; only root may say");

    public override string Name => "ssh-keys:add";

    public override string Summary => "let a key push and run commands over SSH";

    public override string Words => "NAME [FILE|-]";

    public override (int Least, int Most) WordCount => (1, 2);

    public override IReadOnlyList<Option> Options => [User];

    public override bool OfApp => false;

    public override bool PrintsData => true;

    public override string Details => """
        FILE is a public key, such as ~/.ssh/id_ed25519.pub; without it, or with -, the key is read from standard input. Whoever has
        the private key may then git push paas@host:app, and ssh paas@host COMMAND.
        """;

    public override IReadOnlyList<string> Examples => ["paas ssh-keys:add laptop ~/.ssh/id_ed25519.pub", "cat ann.pub | paas ssh-keys:add ann"];

    public override async Task<int> RunAsync(Invocation call)
    {
        await using var input = InputFile.Open(call.Words.Count > 1 ? call.Words[1] : InputFile.StandardInputName);
        using var reader = new StreamReader(input);
        var text = await reader.ReadToEndAsync(call.Cancelled);
        var added = await call.Client.AddSshKeyAsync(new AddSshKeyRequest(call.FirstWord!, text, call.Line.Value(User)), call.Cancelled);
        if (call.Json) call.Terminal.Json(added, ApiJsonContext.Default.SshKeyDocument);
        else call.Terminal.Line(added.Fingerprint);
        return 0;
    }
}
