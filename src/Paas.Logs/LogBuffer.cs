using System.Text;

namespace Paas.Logs;

/// <summary>Lines formatted and waiting to be written, and the count of those that will not be. Not for several threads.</summary>
internal sealed class LogBuffer(LogOptions options, TimeProvider time)
{
    private readonly RateLimit _limit = new(options.LinesPerSecond, options.BurstLines);
    private byte[] _bytes = [];
    private int _length;
    private long _dropped;
    private long _lost;
    private List<Telling> _told = [];
    private List<Telling> _taken = [];

    public ReadOnlyMemory<byte> Pending => _bytes.AsMemory(0, _length);

    /// <summary>Whether a flush has something to do, now or later.</summary>
    public bool IsEmpty => _length == 0 && _dropped == 0 && _lost == 0;

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
        var taken = _bytes.AsMemory(0, _length);
        (_bytes, spare) = (spare, _bytes);
        _length = 0;
        (_told, _taken) = (_taken, _told);
        _told.Clear();
        return taken;
    }

    /// <summary>
    /// Counts what was taken last and the disk refused from byte <paramref name="written"/> on. What the refused lines told of earlier
    /// gaps is untold again.
    /// </summary>
    public void Lose(ReadOnlySpan<byte> lines, int written)
    {
        _lost += lines[written..].Count((byte)'\n');
        foreach (var telling in _taken)
        {
            if (telling.At < written) continue;
            // The record of a gap is none of the lines that are missing.
            _lost += telling.Lost - 1;
            _dropped += telling.Dropped;
        }
    }

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
        if (stream != LogStream.System && !_limit.Admit(Milliseconds()))
        {
            _dropped++;
            return;
        }

        ReportDropped();
        if (_length + LogFormat.HeaderBytes + part.Length + 1 > options.PendingBytes)
        {
            _lost++;
            return;
        }

        Put(stream, part);
    }

    // One record for the whole gap, written when the gap, or the log, is over.
    private void ReportDropped(bool last = false)
    {
        if (_dropped > 0 && (last || !_limit.IsShut(Milliseconds())))
        {
            _told.Add(new Telling(_length, _dropped, 0));
            Put(LogStream.System, Encoding.UTF8.GetBytes(
                $"dropped {_dropped} line{(_dropped == 1 ? "" : "s")}: more than {options.LinesPerSecond} lines a second"));
            _dropped = 0;
        }

        if (_lost > 0 && (last || _length + 256 < options.PendingBytes))
        {
            _told.Add(new Telling(_length, 0, _lost));
            Put(LogStream.System, Encoding.UTF8.GetBytes($"lost {_lost} line{(_lost == 1 ? "" : "s")}: the disk did not take them in time"));
            _lost = 0;
        }
    }

    private void Put(LogStream stream, ReadOnlySpan<byte> text)
    {
        var needed = LogFormat.HeaderBytes + text.Length + 1;
        if (_bytes.Length - _length < needed) Array.Resize(ref _bytes, Math.Max(_length + needed, Math.Max(4096, _bytes.Length * 2)));
        var target = _bytes.AsSpan(_length, needed);
        LogFormat.WriteHeader(target, time.GetUtcNow(), stream);
        text.CopyTo(target[LogFormat.HeaderBytes..]);
        target[^1] = (byte)'\n';
        _length += needed;
    }

    private long Milliseconds() => (long)(time.GetTimestamp() * 1000.0 / time.TimestampFrequency);

    // A record of a gap among the pending lines: where it begins, and what it tells.
    private readonly record struct Telling(int At, long Dropped, long Lost);
}
