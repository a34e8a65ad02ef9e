using Paas.Cli.CommandLine;
using Paas.Cli.Output;
using Paas.Contracts.Api;

namespace Paas.Cli.Commands;

internal sealed class BuildsCommand : Command
{
    public override string Name => "builds";

    public override string Summary => "list the builds";

    public override bool PrintsData => true;

    public override async Task<int> RunAsync(Invocation call)
    {
        var app = call.App;
        var builds = await call.Client.ListBuildsAsync(app, call.Cancelled);
        if (call.Json)
        {
            call.Terminal.Json(builds, ApiJsonContext.Default.IReadOnlyListBuildDocument);
            return 0;
        }

        if (builds.Count == 0)
        {
            call.Terminal.Note($"{app} has no builds yet.");
            call.Terminal.Next("Next: git push paas main");
            return 0;
        }

        call.Terminal.Line(call.Terminal.Style.Bold($"=== {app} Builds"));
        var now = DateTimeOffset.UtcNow;
        foreach (var line in Columns.Align([.. builds.Select(build => Row(build, now))])) call.Terminal.Line(line);
        call.Terminal.Next($"What one printed: paas builds:output -a {app} {builds[0].Number}");
        return 0;
    }

    private static IReadOnlyList<string> Row(BuildDocument build, DateTimeOffset now)
    {
        var took = (build.EndedAt ?? now) - build.CreatedAt;
        return
        [
            $"{build.Number}", build.Status.ToString().ToLowerInvariant(), build.Release is { } release ? $"v{release}" : "-",
            build.Commit is { Length: >= 8 } commit ? commit[..8] : "-", $"{took.TotalSeconds:0} s", Moment.Text(build.CreatedAt, now), build.Message ?? "",
        ];
    }
}
