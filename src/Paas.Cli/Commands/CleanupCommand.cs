using Paas.Cli.CommandLine;
using Paas.Cli.Output;
using Paas.Contracts.Api;

namespace Paas.Cli.Commands;

internal sealed class CleanupCommand : Command
{
    private static readonly Option DryRun = new("--dry-run", null, null, "only say what would be removed");

    public override string Name => "cleanup";

    public override string Summary => "remove images and caches that nothing needs";

    public override bool OfApp => false;

    public override IReadOnlyList<Option> Options => [DryRun];

    public override bool PrintsData => true;

    public override string Details =>
        "Kept are the images of what runs, of the newest releases of each app, base images, tags, and pushes of the last day. The platform does the same after each deployment.";

    public override async Task<int> RunAsync(Invocation call)
    {
        var done = await call.Client.CleanUpAsync(new CleanupRequest(call.Line.Has(DryRun)), call.Cancelled);
        if (call.Json)
        {
            call.Terminal.Json(done, ApiJsonContext.Default.CleanupDocument);
            return 0;
        }

        foreach (var line in Columns.Align([.. done.Items.Select(item => (IReadOnlyList<string>)[$"{item.Count}", item.Kind, Bytes.Text(item.Bytes)])])) call.Terminal.Line(line);
        if (done.Items.Count == 0) call.Terminal.Line("Nothing to remove.");
        else call.Terminal.Line($"{Bytes.Text(done.Bytes)} {(done.DryRun ? "would be freed" : "freed")}.");
        call.Terminal.Note($"{Bytes.Text(done.FreeBytes)} are free; {Bytes.Text(done.ReserveBytes)} are kept free for the apps.");
        if (done.Note is { } note) call.Terminal.Note(note);
        return 0;
    }
}
