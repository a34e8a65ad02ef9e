using Paas.Cli.CommandLine;
using Paas.Cli.Output;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;

namespace Paas.Cli.Commands;

internal sealed class BuildpacksReportCommand : Command
{
    public override string Name => "buildpacks:report";

    public override string Summary => "show what is set for the app, and what built it last";

    public override string Words => "[APP]";

    public override (int Least, int Most) WordCount => (0, 1);

    public override async Task<int> RunAsync(Invocation call)
    {
        var app = call.FirstWord ?? call.App;
        var set = (await call.Client.GetBuildpacksAsync(app, call.Cancelled)).Buildpacks;
        var rows = new List<IReadOnlyList<string>> { (IReadOnlyList<string>)["Buildpacks list:", set.Count == 0 ? "(by the source)" : string.Join(", ", set)] };
        if ((await call.Client.ListBuildsAsync(app, call.Cancelled)).MaxBy(build => build.Number) is { } last && await ExplainAsync(call, app, last.Number) is { } why)
        {
            rows.Add(["Buildpacks chosen by:", why.ChosenBy ?? "the platform"]);
            rows.Add([$"Buildpacks of build {last.Number}:", why.Dockerfile is { } file ? $"(its Dockerfile, {file})" : why.Group.Count > 0 ? string.Join(", ", why.Group) : "(none fits)"]);
        }

        call.Terminal.Line(call.Terminal.Style.Bold($"=== {app} buildpacks information"));
        foreach (var line in Columns.Align(rows)) call.Terminal.Line(line);
        return 0;
    }

    private static async Task<BuildExplanationDocument?> ExplainAsync(Invocation call, string app, int number)
    {
        try
        {
            return await call.Client.ExplainBuildAsync(app, number, call.Cancelled);
        }
        catch (PaasException error) when (error.Code == ErrorCode.NotFound)
        {
            return null;
        }
    }
}
