using System.Formats.Tar;
using System.IO.Pipelines;

namespace Paas.Cli.Sources;

/// <summary>A tar that is made while it is read, so that nothing of it is kept.</summary>
internal static class TarUpload
{
    // A write for each header and each small file would be a packet for each.
    private const int ChunkBytes = 64 << 10;

    /// <param name="write">
    /// Adds the entries. It has a thread of its own: files of a disk have nothing to wait for, and to hand each of them to another thread and
    /// back takes longer than to read it.
    /// </param>
    /// <param name="ct">Cancels.</param>
    public static Stream Open(Action<TarWriter> write, CancellationToken ct)
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 4 * ChunkBytes, resumeWriterThreshold: 2 * ChunkBytes, minimumSegmentSize: ChunkBytes));
        _ = Task.Run(() => WriteAsync(write, pipe.Writer), ct);
        return pipe.Reader.AsStream();
    }

    private static async Task WriteAsync(Action<TarWriter> write, PipeWriter writer)
    {
        Exception? failure = null;
        try
        {
            await using var chunks = new BufferedStream(writer.AsStream(leaveOpen: true), ChunkBytes);
            await using var tar = new TarWriter(chunks, TarEntryFormat.Pax, leaveOpen: true);
            write(tar);
        }
        catch (Exception error)
        {
            // It ends the upload, and the command with it.
            failure = error;
        }

        await writer.CompleteAsync(failure);
    }
}
