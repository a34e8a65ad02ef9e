using Paas.Cli.CommandLine;
using Paas.Cli.Output;
using Paas.Contracts.Api;

namespace Paas.Cli.Commands;

internal sealed class ReleasesCommand : Command
{
    private static readonly Option Number = new("--num", 'n', "N", "how many (15)");

    public override string Name => "releases";

    public override string Summary => "list the releases";

    public override IReadOnlyList<Option> Options => [Number];

    public override bool PrintsData => true;

    public override async Task<int> RunAsync(Invocation call)
    {
        var app = call.App;
        var releases = await call.Client.ListReleasesAsync(app, call.Cancelled);
        var shown = releases.Take(call.Line.Value(Number) is { } n ? LogsCommand.Count(n) : call.Json ? int.MaxValue : 15).ToList();
        if (call.Json)
        {
            call.Terminal.Json(shown, ApiJsonContext.Default.IReadOnlyListReleaseDocument);
            return 0;
        }

        if (shown.Count == 0)
        {
            call.Terminal.Note($"{app} has no releases yet.");
            call.Terminal.Next("Next: git push paas main");
            return 0;
        }

        var live = releases.FirstOrDefault(release => release.Live);
        call.Terminal.Line(call.Terminal.Style.Bold($"=== {app} Releases - Current: {(live is null ? "none" : $"v{live.Version}")}"));
        var now = DateTimeOffset.UtcNow;
        var rows = shown.Select(release => (IReadOnlyList<string>)[$"v{release.Version}", release.Description, Moment.Text(release.CreatedAt, now), release.Live ? "live" : release.Served ? "" : "never live"]);
        foreach (var line in Columns.Align([.. rows])) call.Terminal.Line(line);
        return 0;
    }
}
