using System.Globalization;
using Paas.Cli.CommandLine;
using Paas.Cli.Output;
using Paas.Contracts.Api;

namespace Paas.Cli.Commands;

internal sealed class ImagesInspectCommand : Command
{
    public override string Name => "images:inspect";

    public override string Summary => "show what is in an image";

    public override string Words => "IMAGE";

    public override (int Least, int Most) WordCount => (1, 1);

    public override bool PrintsData => true;

    public override string Details => "IMAGE is a release (v12), a tag (latest), or a digest or its beginning.";

    public override IReadOnlyList<string> Examples => ["paas images:inspect v12 -a hello"];

    public override async Task<int> RunAsync(Invocation call)
    {
        var image = await call.Client.GetImageAsync(call.App, call.FirstWord!, call.Cancelled);
        if (call.Json)
        {
            call.Terminal.Json(image, ApiJsonContext.Default.ImageDetailDocument);
            return 0;
        }

        IReadOnlyList<string>[] rows =
        [
            ["Digest:", image.Digest],
            ["Type:", image.MediaType],
            ["Platform:", image.Platform],
            .. image.Index is { } index ? new[] { (IReadOnlyList<string>)["Index:", $"{index.Digest} ({string.Join(", ", index.Platforms)})"] } : [],
            ["Created:", image.CreatedAt is { } at ? at.ToString("yyyy-MM-dd'T'HH:mm:ssK", CultureInfo.InvariantCulture) : "unknown"],
            ["Size:", Bytes.Text(image.SizeBytes)],
            ["Entrypoint:", string.Join(' ', image.Entrypoint)],
            ["Command:", string.Join(' ', image.Command)],
            ["User:", image.User.Length > 0 ? image.User : "root"],
            ["Directory:", image.WorkingDirectory],
            ["Ports:", string.Join(' ', image.Ports)],
        ];
        foreach (var line in Columns.Align(rows)) call.Terminal.Line(line);
        foreach (var (title, lines) in new[] { ("Env:", image.Env), ("Labels:", [.. image.Labels.Select(label => $"{label.Key}={label.Value}")]) })
        {
            if (lines.Count > 0) call.Terminal.Line(title);
            foreach (var line in lines) call.Terminal.Line($"  {line}");
        }

        call.Terminal.Line("Layers:");
        foreach (var line in Columns.Align([.. image.Layers.Select(layer => (IReadOnlyList<string>)[$"  {layer.Digest}", Bytes.Text(layer.SizeBytes)])])) call.Terminal.Line(line);
        return 0;
    }
}
