using System.Globalization;
using Paas.Cli.CommandLine;
using Paas.Contracts.Api;

namespace Paas.Cli.Commands;

internal sealed class ImagesDiffCommand : Command
{
    public override string Name => "images:diff";

    public override string Summary => "what files differ between two images";

    public override string Words => "APP|IMAGE APP|IMAGE";

    public override (int Least, int Most) WordCount => (2, 2);

    public override bool OfApp => false;

    public override bool PrintsData => true;

    public override string Details => "A is an added file, C a changed one (content, kind, owner or mode; times do not count), D a removed one.";

    public override async Task<int> RunAsync(Invocation call)
    {
        var diff = await call.Client.DiffImagesAsync(call.Words[0], call.Words[1], call.Cancelled);
        if (call.Json)
        {
            call.Terminal.Json(diff, ApiJsonContext.Default.ImageDiffDocument);
            return 0;
        }

        foreach (var file in diff.Files) call.Terminal.Line($"{Letter(file.Change)} /{file.Path}  {Sizes(file)}".TrimEnd());
        call.Terminal.Note($"{diff.Files.Count} files differ; the second image is {Text(Math.Abs(diff.Bytes))} bytes {(diff.Bytes < 0 ? "smaller" : "larger")}");
        return 0;
    }

    private static char Letter(FileChange change) => change switch
    {
        FileChange.Added => 'A',
        FileChange.Removed => 'D',
        _ => 'C',
    };

    private static string Sizes(ImageDiffFile file) => (file.Before, file.After) switch
    {
        ({ } before, { } after) when before != after => $"{Text(before)} -> {Text(after)}",
        (null or 0, null or 0) => "",
        var (before, after) => Text(after ?? before ?? 0),
    };

    private static string Text(long bytes) => bytes.ToString("N0", CultureInfo.InvariantCulture);
}
