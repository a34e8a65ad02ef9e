using Paas.Cli.CommandLine;
using Paas.Contracts.Api;

namespace Paas.Cli.Commands;

internal sealed class ConfigCommand : Command
{
    private static readonly Option Shell = new("--shell", 's', null, "print it for a shell: NAME='value'");

    public override string Name => "config";

    public override IReadOnlyList<string> Aliases => ["config:show"];

    public override string Summary => "show the config vars";

    public override IReadOnlyList<Option> Options => [Shell];

    public override bool PrintsData => true;

    public override async Task<int> RunAsync(Invocation call)
    {
        var app = call.App;
        var vars = (await call.Client.GetConfigAsync(app, call.Cancelled)).Vars;
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

        var style = call.Terminal.Style;
        call.Terminal.Line(style.Bold($"=== {app} Config Vars"));
        var width = sorted.Max(pair => pair.Key.Length) + 2;
        foreach (var (name, value) in sorted) call.Terminal.Line($"{style.Green((name + ":").PadRight(width))}{value}");
        return 0;
    }

    internal static string Quoted(string value) => $"'{value.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
