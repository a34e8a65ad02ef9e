using Paas.Cli.CommandLine;
using Paas.Contracts.Api;

namespace Paas.Cli.Commands;

internal sealed class ConfigSetCommand : Command
{
    private static readonly Option Secret = new("--secret", null, null, "mark them secret: hidden in paas config, the dashboard and build output");

    public override string Name => "config:set";

    public override string Summary => "set config vars and restart";

    public override string Words => "NAME=VALUE ...";

    public override (int Least, int Most) WordCount => (1, int.MaxValue);

    public override IReadOnlyList<Option> Options => [Secret];

    public override bool PrintsData => true;

    public override string Details => """
        Makes a new release and returns when it is live. If it does not become healthy, nothing has changed. Where the values
        are set already, nothing restarts. A var that is marked secret stays so.
        """;

    public override IReadOnlyList<string> Examples => ["paas config:set GREETING=Hello LANG=C.UTF-8", "paas config:set --secret KEY=\"$(cat key.pem)\""];

    public override async Task<int> RunAsync(Invocation call)
    {
        if (!IsPair(call.Words[0]) && AppWord.Advice(call.Line, word => Shown(call.Line, word)) is { } advice)
            throw new UsageException($"'{call.Words[0]}' is not NAME=VALUE", advice);
        var vars = new Dictionary<string, string?>();
        foreach (var word in call.Words)
        {
            var (name, value) = Assignment.Read(word);
            vars[name] = value;
        }

        var app = call.App;
        string[] secrets = call.Line.Has(Secret) ? [.. vars.Keys] : [];
        var before = await call.Client.GetConfigAsync(app, call.Cancelled);
        await ConfigChangeRequest.SendAsync(call, app, "Setting", before, new ConfigChange(vars, secrets));
        // As the platform has it now: what was marked secret earlier stays hidden.
        var after = await call.Client.GetConfigAsync(app, call.Cancelled);
        if (call.Json) call.Terminal.Json(after.Vars, ApiJsonContext.Default.IReadOnlyDictionaryStringString);
        else ConfigCommand.Show(call.Terminal, after, vars.Keys);
        return 0;
    }

    private static bool IsPair(string word) => word.Contains('=', StringComparison.Ordinal);

    // An error ends up in logs, where the value of a secret does not belong.
    private static string Shown(ParsedLine line, string word) => line.Has(Secret) && IsPair(word) ? Assignment.Read(word).Name + "=..." : word;
}
