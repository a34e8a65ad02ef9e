using Paas.Cli.CommandLine;
using Paas.Cli.Output;
using Paas.Contracts.Api;

namespace Paas.Cli.Commands;

internal sealed class ImagesHistoryCommand : Command
{
    private const int Width = 90;

    public override string Name => "images:history";

    public override string Summary => "show how an image came to be";

    public override string Words => "IMAGE";

    public override (int Least, int Most) WordCount => (1, 1);

    public override bool PrintsData => true;

    public override string Details => "IMAGE is a release (v12), a tag (latest), or a digest or its beginning. The newest step first; --json has them in full.";

    public override IReadOnlyList<string> Examples => ["paas images:history latest -a hello"];

    public override async Task<int> RunAsync(Invocation call)
    {
        var image = await call.Client.GetImageAsync(call.App, call.FirstWord!, call.Cancelled);
        if (call.Json)
        {
            call.Terminal.Json(image.History, ApiJsonContext.Default.IReadOnlyListImageHistoryDocument);
            return 0;
        }

        var now = DateTimeOffset.UtcNow;
        IReadOnlyList<string> head = ["CREATED", "SIZE", "CREATED BY"];
        var rows = image.History.Reverse().Select(step => (IReadOnlyList<string>)
        [
            step.CreatedAt is { } at ? $"{Moment.Ago(now - at)} ago" : "unknown", Bytes.Text(step.SizeBytes), OneLine(step.CreatedBy),
        ]);
        foreach (var line in Columns.Align([head, .. rows])) call.Terminal.Line(line);
        return 0;
    }

    private static string OneLine(string text)
    {
        var line = text.ReplaceLineEndings(" ").Replace('\t', ' ');
        return line.Length <= Width ? line : line[..(Width - 1)] + "…";
    }
}
