namespace Paas.Logs;

/// <summary>Reads what the log of one source holds now.</summary>
/// <param name="directory">The source's directory; one that is not there reads as empty.</param>
public sealed class LogReader(string directory)
{
    private const int BlockBytes = 64 * 1024;

    /// <summary>
    /// The position before the last <paramref name="lines"/> lines, found from the end without reading what lies before: the oldest
    /// line kept when there are fewer. Zero gives the end. Every newline counts, so the lines may be a few fewer where a writer
    /// was killed.
    /// </summary>
    public LogPosition Last(int lines)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(lines);
        var numbers = LogFiles.List(directory);
        var left = lines;
        for (var i = numbers.Count - 1; i >= 0; i--)
        {
            if (LastInFile(numbers[i], ref left) is { } offset) return new LogPosition(numbers[i], offset);
        }

        return numbers.Count > 0 ? new LogPosition(numbers[0], 0) : LogPosition.Start;
    }

    /// <summary>The last <paramref name="lines"/> lines, oldest first.</summary>
    public IReadOnlyList<LogRecord> ReadLast(int lines) => Read(Last(lines), lines);

    /// <summary>Up to <paramref name="most"/> lines from a position, oldest first.</summary>
    public IReadOnlyList<LogRecord> Read(LogPosition from, int most)
    {
        var records = new List<LogRecord>();
        using var cursor = new LogCursor(directory, from);
        while (records.Count < most && cursor.Read(records))
        {
        }

        if (records.Count > most) records.RemoveRange(most, records.Count - most);
        return records;
    }

    // The offset before the last lines of a file, or null when the file has no more than are still wanted; those are taken off.
    private long? LastInFile(long number, ref int left)
    {
        try
        {
            using var file = File.OpenHandle(
                LogFiles.PathOf(directory, number), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return LastInFile(file, ref left);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private static long? LastInFile(Microsoft.Win32.SafeHandles.SafeFileHandle file, ref int left)
    {
        var block = new byte[BlockBytes];
        for (var end = RandomAccess.GetLength(file); end > 0;)
        {
            var start = Math.Max(0, end - BlockBytes);
            var bytes = block.AsSpan(0, (int)(end - start));
            bytes = bytes[..RandomAccess.Read(file, bytes, start)];
            while (bytes.LastIndexOf((byte)'\n') is >= 0 and var newline)
            {
                // This newline ends the line before the wanted ones.
                if (left-- == 0) return start + newline + 1;
                bytes = bytes[..newline];
            }

            end = start;
        }

        return null;
    }
}
