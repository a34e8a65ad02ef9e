using Paas.Daemon.Streaming;

namespace Paas.Daemon.Git;

/// <summary>The output of receive-pack, frame by frame, with an explanation after git's bare words about a pack over the limit.</summary>
internal sealed class PushOutput(Stream client, long limit) : GitOutput(client)
{
    protected override async Task<int> PassAsync(ReadOnlyMemory<byte> bytes, CancellationToken aborted)
    {
        var done = 0;
        while (PktLine.Length(bytes[done..].Span) is { } stated)
        {
            var length = Math.Max(stated, 4);
            if (done + length > bytes.Length) break;
            var frame = bytes.Slice(done, length);
            done += length;
            if (!IsAboutSize(frame.Span)) continue;
            await SendAsync(bytes[..done], aborted);
            await SendAsync(Explanation(), aborted);
            return done;
        }

        // What is no frame at all is passed on as it is.
        if (done == 0 && bytes.Length >= 4 && PktLine.Length(bytes.Span) is null) done = bytes.Length;
        if (done > 0) await SendAsync(bytes[..done], aborted);
        return done;
    }

    private static bool IsAboutSize(ReadOnlySpan<byte> frame) =>
        frame.Length > 5 && frame[4] == 2 && frame.IndexOf("pack exceeds maximum allowed size"u8) >= 0;

    private byte[] Explanation() => PktLine.Progress(
        $" !     This push is over the limit of {LimitedStream.Size(limit)}.\n"
        + " !     Large files belong in storage, not in git. To see them: git rev-list --objects --all --disk-usage\n"
        + " !     The server's administrator can raise the limit: paasd --max-source\n");
}
