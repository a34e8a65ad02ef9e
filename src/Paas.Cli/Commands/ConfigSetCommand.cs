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

    public override string Details => "Makes a new release and returns when it is live. If it does not become healthy, nothing has changed.";

    public override IReadOnlyList<string> Examples => ["paas config:set GREETING=Hello LANG=C.UTF-8", "paas config:set --secret KEY=\"$(cat key.pem)\""];

    public override async Task<int> RunAsync(Invocation call)
    {
        var app = call.App;
        var vars = new Dictionary<string, string>();
        foreach (var word in call.Words)
        {
            var (name, value) = Assignment.Read(word);
            vars[name] = value;
        }

        string[] secrets = call.Line.Has(Secret) ? [.. vars.Keys] : [];
        await ConfigChangeRequest.SendAsync(call, app, "Setting", vars.ToDictionary(pair => pair.Key, pair => (string?)pair.Value), secrets);
        if (call.Json) call.Terminal.Json((await call.Client.GetConfigAsync(app, call.Cancelled)).Vars, ApiJsonContext.Default.IReadOnlyDictionaryStringString);
        else ConfigCommand.Show(call.Terminal, new ConfigDocument(vars, secrets), vars.Keys);
        return 0;
    }
}
