using Paas.Cli.CommandLine;
using Paas.Contracts.Api;

namespace Paas.Cli.Commands;

internal sealed class ConfigUnsetCommand : Command
{
    public override string Name => "config:unset";

    public override IReadOnlyList<string> Aliases => ["config:remove"];

    public override string Summary => "remove config vars and restart";

    public override string Words => "NAME ...";

    public override (int Least, int Most) WordCount => (1, int.MaxValue);

    public override async Task<int> RunAsync(Invocation call)
    {
        if (call.Words.FirstOrDefault(word => word.Contains('=', StringComparison.Ordinal)) is { } pair)
            throw new UsageException($"config:unset takes names only, not '{pair}'");
        var app = call.App;
        var before = await call.Client.GetConfigAsync(app, call.Cancelled);
        await ConfigChangeRequest.SendAsync(call, app, "Unsetting", before, new ConfigChange(call.Words.Distinct().ToDictionary(name => name, _ => (string?)null)));
        return 0;
    }
}
