using Paas.Cli.CommandLine;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;

namespace Paas.Cli.Commands;

internal sealed class ConfigGetCommand : Command
{
    public override string Name => "config:get";

    public override string Summary => "print one config var";

    public override string Words => "NAME";

    public override (int Least, int Most) WordCount => (1, 1);

    public override bool PrintsData => true;

    public override async Task<int> RunAsync(Invocation call)
    {
        var app = call.App;
        var name = call.Words[0];
        var vars = (await call.Client.GetConfigAsync(app, call.Cancelled)).Vars;
        if (!vars.TryGetValue(name, out var value)) throw new PaasException(ErrorCode.NotFound, $"{name} is not set on {app}", $"Set it: paas config:set -a {app} {name}=VALUE");
        if (call.Json) call.Terminal.Json(new Dictionary<string, string> { [name] = value }, ApiJsonContext.Default.IReadOnlyDictionaryStringString);
        else call.Terminal.Line(value);
        return 0;
    }
}
