using Paas.Cli.CommandLine;
using Paas.Cli.Output;
using Paas.Contracts.Api;

namespace Paas.Cli.Commands;

internal sealed class BuildpacksCommand : Command
{
    private static readonly Option Installed = new("--installed", null, null, "those of the server that can be named by their id");

    public override string Name => "buildpacks";

    public override IReadOnlyList<string> Aliases => ["buildpacks:list"];

    public override string Summary => "list the buildpacks that are set for the app";

    public override string Words => "[APP]";

    public override (int Least, int Most) WordCount => (0, 1);

    public override IReadOnlyList<Option> Options => [Installed];

    public override bool PrintsData => true;

    public override async Task<int> RunAsync(Invocation call)
    {
        if (call.Line.Has(Installed)) return await ListInstalledAsync(call);
        var app = call.FirstWord ?? call.App;
        var set = await call.Client.GetBuildpacksAsync(app, call.Cancelled);
        if (call.Json)
        {
            call.Terminal.Json(set, ApiJsonContext.Default.BuildpacksDocument);
            return 0;
        }

        if (set.Buildpacks.Count == 0)
        {
            call.Terminal.Note($"{app} has no buildpacks set: each build finds out by the source.");
            call.Terminal.Next($"What the last one found: paas builds:explain -a {app}");
            return 0;
        }

        call.Terminal.Line(call.Terminal.Style.Bold($"=== {app} Buildpacks"));
        foreach (var (place, buildpack) in set.Buildpacks.Index()) call.Terminal.Line($"{place + 1}. {buildpack}");
        return 0;
    }

    private static async Task<int> ListInstalledAsync(Invocation call)
    {
        var installed = await call.Client.ListInstalledBuildpacksAsync(call.Cancelled);
        if (call.Json) call.Terminal.Json(installed, ApiJsonContext.Default.IReadOnlyListInstalledBuildpackDocument);
        else foreach (var line in Columns.Align([.. installed.Select(one => (IReadOnlyList<string>)[one.Id, one.Version, one.Wants ?? one.Name])])) call.Terminal.Line(line);
        return 0;
    }
}
