using Paas.Cli.CommandLine;
using Paas.Cli.Output;
using Paas.Contracts.Api;

namespace Paas.Cli.Commands;

internal sealed class ImagesImportCommand : Command
{
    private static readonly Option Tag = new("--tag", 't', "NAME", "the image's name, in place of the archive's");

    public override string Name => "images:import";

    public override IReadOnlyList<string> Aliases => ["images:load"];

    public override string Summary => "take in the images of an archive";

    public override string Words => "FILE|-";

    public override (int Least, int Most) WordCount => (1, 1);

    public override IReadOnlyList<Option> Options => [Tag];

    public override bool OfApp => false;

    public override bool PrintsData => true;

    public override string Details => "The archive is what docker save, podman save or skopeo copy make, or an OCI layout in a tar; it may be compressed.";

    public override IReadOnlyList<string> Examples => ["paas images:import app.tar", "docker save app:v1 | paas images:import -"];

    public override async Task<int> RunAsync(Invocation call)
    {
        var path = call.FirstWord!;
        await using var archive = path == "-" ? StandardInput.Open() : Open(path);
        var images = await call.Client.ImportImagesAsync(archive, call.Line.Value(Tag), call.Cancelled);
        if (call.Json)
        {
            call.Terminal.Json(images, ApiJsonContext.Default.IReadOnlyListImportedImageDocument);
            return 0;
        }

        foreach (var name in images.SelectMany(image => image.Names)) call.Terminal.Line($"Loaded image: {name}");
        return 0;
    }

    private static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{path} cannot be read: {error.Message}");
        }
    }
}
