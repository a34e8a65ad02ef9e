using Paas.Cli.CommandLine;
using Paas.Cli.Output;

namespace Paas.Cli.Commands;

internal sealed class ImagesExportCommand : Command
{
    private static readonly Option File = new("--output", 'o', "FILE", "where to write it; else to standard output");
    private static readonly Option Format = new("--format", null, "oci|docker", "docker (for docker load too) or oci; docker unless said");

    public override string Name => "images:export";

    public override IReadOnlyList<string> Aliases => ["images:save"];

    public override string Summary => "write an image as an archive";

    public override string Words => "APP|IMAGE";

    public override (int Least, int Most) WordCount => (1, 1);

    public override IReadOnlyList<Option> Options => [File, Format];

    public override bool OfApp => false;

    public override string Details => "APP is the image of the app's live release; IMAGE a reference like ghcr.io/team/app:v1, or a digest.";

    public override IReadOnlyList<string> Examples => ["paas images:export hello -o hello.tar", "paas images:export hello | docker load"];

    public override async Task<int> RunAsync(Invocation call)
    {
        var format = call.Line.Value(Format) ?? "docker";
        if (format is not ("oci" or "docker")) throw new UsageException($"--format is oci or docker, not {format}");
        if (call.Line.Value(File) is { } path and not "-")
        {
            await WriteAsync(call, format, path);
            return 0;
        }

        if (call.Terminal.OutputIsTerminal) throw new UsageException("An archive is not for a terminal", "Write it to a file with -o FILE, or into a pipe.");
        await using var output = new OutputStream(call.Terminal, toErrors: false);
        await call.Client.ExportImageAsync(call.FirstWord!, format, output, call.Cancelled);
        return 0;
    }

    // Under another name until it is whole: half an archive must not look like one.
    private static async Task WriteAsync(Invocation call, string format, string path)
    {
        var partial = $"{path}.{Environment.ProcessId}.part";
        try
        {
            await using (var file = new FileStream(partial, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
                await call.Client.ExportImageAsync(call.FirstWord!, format, file, call.Cancelled);
            System.IO.File.Move(partial, path, overwrite: true);
        }
        catch (UnauthorizedAccessException error)
        {
            throw new UsageException($"{path} cannot be written: {error.Message}");
        }
        finally
        {
            System.IO.File.Delete(partial);
        }
    }
}
