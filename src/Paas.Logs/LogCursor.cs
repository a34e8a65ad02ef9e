using Microsoft.Win32.SafeHandles;

namespace Paas.Logs;

/// <summary>
/// Reads one source forwards from a position and can be asked again at its end. Holds the file it reads open, so retention takes
/// nothing away that it has begun to read. Not for several threads.
/// </summary>
internal sealed class LogCursor : IDisposable
{
    private const int ReadBytes = 64 * 1024;

    private readonly string _directory;
    private byte[] _block = [];
    private SafeFileHandle? _file;

    public LogCursor(string directory, LogPosition from)
    {
        _directory = directory;
        Position = from;
    }

    /// <summary>Where the next line to be read begins.</summary>
    public LogPosition Position { get; private set; }

    /// <summary>Adds the next records; false when there are none at present.</summary>
    public bool Read(ICollection<LogRecord> records)
    {
        while (_file is not null || OpenOldest())
        {
            // Asked before the read: whoever began the next file was done with this one.
            var next = NextFile();
            if (ReadLines(records)) return true;
            if (next is null) return false;
            Open(new LogPosition(next.Value, 0));
        }

        return false;
    }

    public void Dispose() => _file?.Dispose();

    private bool OpenOldest()
    {
        var numbers = LogFiles.List(_directory);
        if (numbers.Count == 0) return false;

        // A place beyond the newest file is of a log that was removed and begun anew.
        var oldest = Math.Max(0, numbers.FindIndex(number => number >= Position.File));
        Open(numbers[oldest] == Position.File ? Position : new LogPosition(numbers[oldest], 0));
        return _file is not null;
    }

    private long? NextFile()
    {
        if (File.Exists(LogFiles.PathOf(_directory, Position.File + 1))) return Position.File + 1;
        if (File.Exists(LogFiles.PathOf(_directory, Position.File))) return null;
        foreach (var number in LogFiles.List(_directory))
        {
            if (number > Position.File) return number;
        }

        return null;
    }

    private void Open(LogPosition position)
    {
        _file?.Dispose();
        _file = null;
        Position = position;
        try
        {
            _file = File.OpenHandle(
                LogFiles.PathOf(_directory, position.File), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (position.Offset > RandomAccess.GetLength(_file)) Position = position with { Offset = 0 };
        }
        catch (IOException error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            // Retention was faster; the next look at the directory finds the oldest file left.
        }
    }

    // Lines that no writer wrote whole are passed over; a line without its newline is not there yet.
    private bool ReadLines(ICollection<LogRecord> records)
    {
        if (RandomAccess.GetLength(_file!) <= Position.Offset) return false;
        if (_block.Length == 0) _block = new byte[ReadBytes];
        while (true)
        {
            var read = RandomAccess.Read(_file!, _block, Position.Offset);
            var whole = _block.AsSpan(0, read);
            var end = whole.LastIndexOf((byte)'\n') + 1;
            if (end == 0)
            {
                if (read < _block.Length) return false;
                Array.Resize(ref _block, _block.Length * 2);
                continue;
            }

            if (AddLines(whole[..end], records)) return true;
        }
    }

    private bool AddLines(ReadOnlySpan<byte> lines, ICollection<LogRecord> records)
    {
        var any = false;
        while (!lines.IsEmpty)
        {
            var end = lines.IndexOf((byte)'\n');
            var next = new LogPosition(Position.File, Position.Offset + end + 1);
            if (LogFormat.TryParse(lines[..end], out var entry))
            {
                records.Add(new LogRecord(entry, Position, next));
                any = true;
            }

            Position = next;
            lines = lines[(end + 1)..];
        }

        return any;
    }
}
