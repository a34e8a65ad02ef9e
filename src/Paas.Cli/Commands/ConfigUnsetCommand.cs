using Paas.Cli.CommandLine;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;

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
        var names = call.Words.Distinct().ToList();
        var missing = names.Where(name => !before.Vars.ContainsKey(name)).ToList();
        if (missing.Count > 0) throw NotSet(call, app, missing);
        await ConfigChangeRequest.SendAsync(call, app, "Unsetting", before, new ConfigChange(names.ToDictionary(name => name, _ => (string?)null)));
        return 0;
    }

    private static PaasException NotSet(Invocation call, string app, List<string> missing) => new(
        ErrorCode.NotFound,
        $"{string.Join(", ", missing)} {(missing.Count == 1 ? "is" : "are")} not set on {app}; nothing was changed",
        (missing[0] == call.Words[0] ? AppWord.Advice(call.Line) : null) ?? $"What is set: paas config -a {app}");
}
