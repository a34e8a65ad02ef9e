using Paas.Cli.CommandLine;
using Paas.Cli.Output;
using Paas.Contracts.Api;

namespace Paas.Cli.Commands;

internal sealed class ImagesCommand : Command
{
    public override string Name => "images";

    public override string Summary => "list images and what they take on the disk";

    public override bool PrintsData => true;

    public override string Details =>
        "Without -a: every app. A layer is kept once, whoever has it; what nothing else has is what removing the image, or destroying the app, would free.";

    public override IReadOnlyList<string> Examples => ["paas images", "paas images -a hello"];

    public override Task<int> RunAsync(Invocation call) => call.Line.Value(Option.App) is { } app ? OfAppAsync(call, app) : OfAllAsync(call);

    internal static string Short(string digest) => digest.IndexOf(':') is var colon and > 0 && digest.Length > colon + 13 ? digest.Substring(colon + 1, 12) : digest;

    private static async Task<int> OfAllAsync(Invocation call)
    {
        var use = await call.Client.ListImageUseAsync(call.Cancelled);
        if (call.Json)
        {
            call.Terminal.Json(use, ApiJsonContext.Default.IReadOnlyListAppImagesDocument);
            return 0;
        }

        IReadOnlyList<string> head = ["APP", "IMAGES", "UNIQUE", "SHARED"];
        var rows = use.Select(row => (IReadOnlyList<string>)[row.App ?? (row.StepCache ? "(steps of Dockerfiles)" : "(base images)"), $"{row.Images}", Bytes.Text(row.UniqueBytes), Bytes.Text(row.SharedBytes)]);
        foreach (var line in Columns.Align([head, .. rows])) call.Terminal.Line(line);
        return 0;
    }

    private static async Task<int> OfAppAsync(Invocation call, string app)
    {
        var images = await call.Client.ListImagesAsync(app, call.Cancelled);
        if (call.Json)
        {
            call.Terminal.Json(images, ApiJsonContext.Default.IReadOnlyListImageDocument);
            return 0;
        }

        if (images.Count == 0)
        {
            call.Terminal.Note($"{app} has no images yet.");
            call.Terminal.Next("Next: git push paas main");
            return 0;
        }

        IReadOnlyList<string> head = ["IMAGE", "SIZE", "UNIQUE", "SHARED", "NAMES"];
        var rows = images.Select(image => (IReadOnlyList<string>)
        [
            Short(image.Digest), Bytes.Text(image.SizeBytes), Bytes.Text(image.UniqueBytes), Bytes.Text(image.SharedBytes),
            string.Join(" ", image.Names) + (image.Live ? " (live)" : ""),
        ]);
        foreach (var line in Columns.Align([head, .. rows])) call.Terminal.Line(line);
        return 0;
    }
}
