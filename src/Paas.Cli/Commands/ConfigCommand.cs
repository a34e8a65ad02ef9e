using Paas.Cli.CommandLine;
using Paas.Cli.Output;
using Paas.Contracts.Api;

namespace Paas.Cli.Commands;

internal sealed class ConfigCommand : Command
{
    private static readonly Option Shell = new("--shell", 's', null, "print it for a shell: NAME='value'");

    public override string Name => "config";

    public override IReadOnlyList<string> Aliases => ["config:show"];

    public override string Summary => "show the config vars";

    public override string Details => "Values marked secret are hidden; paas config:get NAME, --shell and --json show them.";

    public override IReadOnlyList<Option> Options => [Shell];

    public override bool PrintsData => true;

    public override async Task<int> RunAsync(Invocation call)
    {
        var app = call.App;
        var config = await call.Client.GetConfigAsync(app, call.Cancelled);
        var vars = config.Vars;
        if (call.Json)
        {
            call.Terminal.Json(vars, ApiJsonContext.Default.IReadOnlyDictionaryStringString);
            return 0;
        }

        var sorted = vars.OrderBy(pair => pair.Key, StringComparer.Ordinal).ToList();
        if (call.Line.Has(Shell))
        {
            foreach (var (name, value) in sorted) call.Terminal.Line($"{name}={Quoted(value)}");
            return 0;
        }

        if (sorted.Count == 0)
        {
            call.Terminal.Note($"{app} has no config vars.");
            call.Terminal.Next("Set one: paas config:set NAME=VALUE");
            return 0;
        }

        call.Terminal.Line(call.Terminal.Style.Bold($"=== {app} Config Vars"));
        Show(call.Terminal, config, sorted.Select(pair => pair.Key));
        return 0;
    }

    /// <summary>Prints the values of some, aligned; of those marked secret only how to see them.</summary>
    internal static void Show(Terminal terminal, ConfigDocument config, IEnumerable<string> names)
    {
        var shown = names.Where(config.Vars.ContainsKey).ToList();
        if (shown.Count == 0) return;
        var width = shown.Max(name => name.Length) + 2;
        foreach (var name in shown)
        {
            var value = config.Secrets?.Contains(name) == true ? terminal.Style.Dim("******** (secret)") : config.Vars[name];
            terminal.Line($"{terminal.Style.Green((name + ":").PadRight(width))}{value}");
        }
    }

    internal static string Quoted(string value) => $"'{value.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
