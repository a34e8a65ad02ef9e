using Paas.Cli.CommandLine;
using Paas.Contracts.Api;

namespace Paas.Cli.Commands;

internal sealed class ConfigSetCommand : Command
{
    public override string Name => "config:set";

    public override string Summary => "set config vars and restart";

    public override string Words => "NAME=VALUE ...";

    public override (int Least, int Most) WordCount => (1, int.MaxValue);

    public override bool PrintsData => true;

    public override string Details => "Makes a new release and returns when it is live. If it does not become healthy, nothing has changed.";

    public override IReadOnlyList<string> Examples => ["paas config:set GREETING=Hello LANG=C.UTF-8", "paas config:set KEY=\"$(cat key.pem)\""];

    public override async Task<int> RunAsync(Invocation call)
    {
        var app = call.App;
        var vars = new Dictionary<string, string?>();
        foreach (var word in call.Words)
        {
            var (name, value) = Assignment.Read(word);
            vars[name] = value;
        }

        await ConfigChangeRequest.SendAsync(call, app, "Setting", vars);
        if (call.Json)
        {
            call.Terminal.Json(await call.Client.GetConfigAsync(app, call.Cancelled) is { Vars: var all } ? all : null!, ApiJsonContext.Default.IReadOnlyDictionaryStringString);
            return 0;
        }

        var width = vars.Keys.Max(name => name.Length) + 2;
        foreach (var (name, value) in vars) call.Terminal.Line($"{call.Terminal.Style.Green((name + ":").PadRight(width))}{value}");
        return 0;
    }
}
