using System.Formats.Tar;
using System.IO.Pipelines;

namespace Paas.Cli.Sources;

/// <summary>A tar that is made while it is read, so that nothing of it is kept.</summary>
internal static class TarUpload
{
    /// <param name="write">Adds the entries.</param>
    /// <param name="ct">Cancels.</param>
    public static Stream Open(Func<TarWriter, Task> write, CancellationToken ct)
    {
        var pipe = new Pipe();
        _ = Task.Run(() => WriteAsync(write, pipe.Writer), ct);
        return pipe.Reader.AsStream();
    }

    private static async Task WriteAsync(Func<TarWriter, Task> write, PipeWriter writer)
    {
        Exception? failure = null;
        try
        {
            await using var tar = new TarWriter(writer.AsStream(leaveOpen: true), TarEntryFormat.Pax);
            await write(tar);
        }
        catch (Exception error)
        {
            // It ends the upload, and the command with it.
            failure = error;
        }

        await writer.CompleteAsync(failure);
    }
}
