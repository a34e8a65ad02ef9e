using Paas.Cli.CommandLine;
using Paas.Cli.Output;
using Paas.Contracts.Api;

namespace Paas.Cli.Commands;

internal sealed class BuildsExplainCommand : Command
{
    public override string Name => "builds:explain";

    public override string Summary => "say which buildpacks were asked, which fit and why";

    public override string Words => "[N]";

    public override (int Least, int Most) WordCount => (0, 1);

    public override string Details => "Without a number it takes the newest build.";

    public override bool PrintsData => true;

    public override async Task<int> RunAsync(Invocation call)
    {
        var app = call.App;
        var number = call.FirstWord is { } word ? BuildNumber.Parse(word) : (await BuildNumber.NewestAsync(call, app)).Number;
        var why = await call.Client.ExplainBuildAsync(app, number, call.Cancelled);
        if (call.Json)
        {
            call.Terminal.Json(why, ApiJsonContext.Default.BuildExplanationDocument);
            return 0;
        }

        call.Terminal.Line(call.Terminal.Style.Bold($"=== {app} Build {number}"));
        call.Terminal.Line($"{(why.Dockerfile is null ? "Buildpacks" : "Dockerfile")} chosen by {why.ChosenBy ?? "the platform"}");
        if (why.Asked.Count > 0) call.Terminal.Line("Asked, in this order:");
        foreach (var line in Columns.Align([.. why.Asked.Select(Row)])) call.Terminal.Line("  " + line);
        foreach (var problem in why.Problems) call.Terminal.Line($"Did not fit together: {problem}");
        call.Terminal.Line(Outcome(why));
        if (why.Group.Count == 0 && why.Dockerfile is null && why.Wants.Count > 0)
        {
            call.Terminal.Line("Add one of these to the root of the source:");
            foreach (var wanted in why.Wants) call.Terminal.Line($"  {wanted}");
        }

        call.Terminal.Next($"What it printed: paas builds:output -a {app} {number}");
        return 0;
    }

    private static string Outcome(BuildExplanationDocument why) =>
        why.Dockerfile is { } file ? $"Built by its Dockerfile, {file}."
        : why.Group.Count > 0 ? $"Built by {string.Join(", ", why.Group)}."
        : "None fits.";

    private static IReadOnlyList<string> Row(AskedBuildpackDocument one) =>
    [
        one.Id,
        one.Answer switch
        {
            BuildpackAnswer.TookPart => "takes part",
            BuildpackAnswer.NotNeeded => "fits, not needed",
            BuildpackAnswer.DoesNotFit => "does not fit",
            _ => "failed",
        },
        one.Reason ?? "",
    ];
}
