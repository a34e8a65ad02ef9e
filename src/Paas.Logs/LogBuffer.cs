using System.Text;

namespace Paas.Logs;

/// <summary>Lines formatted and waiting to be written, and the count of those that will not be. Not for several threads.</summary>
internal sealed class LogBuffer(LogOptions options, TimeProvider time)
{
    private readonly RateLimit limit = new(options.LinesPerSecond, options.BurstLines);
    private byte[] bytes = [];
    private int length;
    private long dropped;
    private long lost;

    public ReadOnlyMemory<byte> Pending => bytes.AsMemory(0, length);

    /// <summary>Whether a flush has something to do, now or later.</summary>
    public bool IsEmpty => length == 0 && dropped == 0 && lost == 0;

    /// <summary>Adds text, one entry for each of its lines; long lines are split.</summary>
    public void Add(LogStream stream, ReadOnlySpan<byte> text)
    {
        do
        {
            var end = text.IndexOf((byte)'\n');
            AddLine(stream, end < 0 ? text : text[..end]);
            text = end < 0 ? [] : text[(end + 1)..];
        }
        while (!text.IsEmpty);
    }

    /// <summary>Takes what is pending; the caller gives an array of its own in exchange and writes the bytes.</summary>
    public ReadOnlyMemory<byte> Take(ref byte[] spare, bool last = false)
    {
        ReportDropped(last);
        var taken = bytes.AsMemory(0, length);
        (bytes, spare) = (spare, bytes);
        length = 0;
        return taken;
    }

    /// <summary>Counts lines the disk refused.</summary>
    public void Lose(ReadOnlySpan<byte> lines) => lost += lines.Count((byte)'\n');

    private void AddLine(LogStream stream, ReadOnlySpan<byte> line)
    {
        if (line.EndsWith("\r"u8)) line = line[..^1];
        do
        {
            var part = line.Length <= options.LineBytes ? line : line[..Utf8Text.WholeCharacters(line[..options.LineBytes])];
            AddPart(stream, part);
            line = line[part.Length..];
        }
        while (!line.IsEmpty);
    }

    private void AddPart(LogStream stream, ReadOnlySpan<byte> part)
    {
        if (stream != LogStream.System && !limit.Admit(Milliseconds()))
        {
            dropped++;
            return;
        }

        ReportDropped();
        if (length + LogFormat.HeaderBytes + part.Length + 1 > options.PendingBytes)
        {
            lost++;
            return;
        }

        Put(stream, part);
    }

    // One record for the whole gap, written when the gap, or the log, is over.
    private void ReportDropped(bool last = false)
    {
        if (dropped > 0 && (last || !limit.IsShut(Milliseconds())))
        {
            Put(LogStream.System, Encoding.UTF8.GetBytes(
                $"dropped {dropped} line{(dropped == 1 ? "" : "s")}: more than {options.LinesPerSecond} lines a second"));
            dropped = 0;
        }

        if (lost > 0 && (last || length + 256 < options.PendingBytes))
        {
            Put(LogStream.System, Encoding.UTF8.GetBytes($"lost {lost} line{(lost == 1 ? "" : "s")}: the disk did not take them in time"));
            lost = 0;
        }
    }

    private void Put(LogStream stream, ReadOnlySpan<byte> text)
    {
        var needed = LogFormat.HeaderBytes + text.Length + 1;
        if (bytes.Length - length < needed) Array.Resize(ref bytes, Math.Max(length + needed, Math.Max(4096, bytes.Length * 2)));
        var target = bytes.AsSpan(length, needed);
        LogFormat.WriteHeader(target, time.GetUtcNow(), stream);
        text.CopyTo(target[LogFormat.HeaderBytes..]);
        target[^1] = (byte)'\n';
        length += needed;
    }

    private long Milliseconds() => (long)(time.GetTimestamp() * 1000.0 / time.TimestampFrequency);
}
