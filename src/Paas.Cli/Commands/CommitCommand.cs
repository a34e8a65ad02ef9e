using Paas.Cli.CommandLine;
using Paas.Contracts.Api;

namespace Paas.Cli.Commands;

internal sealed class CommitCommand : Command
{
    private static readonly Option Tag = new("--tag", 't', "NAME", "the image's name; else APP/INSTANCE and the time");

    private static readonly Option NoPause = new("--no-pause", null, null, "let the instance go on meanwhile");

    public override string Name => "commit";

    public override string Summary => "make an image of a running instance";

    public override string Words => "[APP] INSTANCE";

    public override (int Least, int Most) WordCount => (1, 2);

    public override IReadOnlyList<Option> Options => [Tag, NoPause];

    public override bool PrintsData => true;

    public override string Details => """
        The image of the instance's release, with a layer of what the instance has changed since it began. The instance stands still
        while its changes are read; with --no-pause it goes on, and what it writes meanwhile may be in the image or not. Volumes are
        not in it.
        """;

    public override IReadOnlyList<string> Examples => ["paas commit hello web.1 --tag hello:fixed", "paas images:export hello:fixed -o hello.tar"];

    public override async Task<int> RunAsync(Invocation call)
    {
        var app = call.Words.Count == 2 ? call.Words[0] : call.App;
        var image = await call.Client.CommitAsync(app, call.Words[^1], new CommitRequest(call.Line.Value(Tag), !call.Line.Has(NoPause)), call.Cancelled);
        if (call.Json)
        {
            call.Terminal.Json(image, ApiJsonContext.Default.ImportedImageDocument);
            return 0;
        }

        call.Terminal.Line(image.Names[0]);
        call.Terminal.Note(image.Digest);
        return 0;
    }
}
