using System.Buffers.Text;
using System.Diagnostics;
using System.Text;

namespace Paas.Logs;

/// <summary>
/// A line on disk: <c>2026-11-22T11:24:02.1234567Z o text\n</c>, the stream being one of <c>o e s</c>. Everything before the text
/// has a fixed width; the text is what the process wrote, byte for byte.
/// </summary>
internal static class LogFormat
{
    /// <summary>Bytes before the text.</summary>
    public const int HeaderBytes = 31;

    private const int TimeBytes = 28;

    public static void WriteHeader(Span<byte> target, DateTimeOffset at, LogStream stream)
    {
        var formatted = at.UtcDateTime.TryFormat(target, out var written, "O");
        Debug.Assert(formatted && written == TimeBytes, "a UTC time in round-trip format has a fixed width");
        target[TimeBytes] = (byte)' ';
        target[TimeBytes + 1] = stream switch { LogStream.Stdout => (byte)'o', LogStream.Stderr => (byte)'e', _ => (byte)'s' };
        target[TimeBytes + 2] = (byte)' ';
    }

    /// <summary>Reads a line without its newline; false for what no writer wrote whole.</summary>
    public static bool TryParse(ReadOnlySpan<byte> line, out LogEntry entry)
    {
        entry = default;
        if (!TryParseTime(line, out var at)) return false;
        LogStream? stream = line[TimeBytes + 1] switch
        {
            (byte)'o' => LogStream.Stdout,
            (byte)'e' => LogStream.Stderr,
            (byte)'s' => LogStream.System,
            _ => null,
        };
        if (stream is null) return false;
        entry = new LogEntry(at, stream.Value, Encoding.UTF8.GetString(line[HeaderBytes..]));
        return true;
    }

    private static bool TryParseTime(ReadOnlySpan<byte> line, out DateTimeOffset at)
    {
        at = default;
        return line.Length >= HeaderBytes
            && line[TimeBytes] == (byte)' '
            && line[TimeBytes + 2] == (byte)' '
            && Utf8Parser.TryParse(line[..TimeBytes], out at, out var consumed, 'O')
            && consumed == TimeBytes;
    }
}
