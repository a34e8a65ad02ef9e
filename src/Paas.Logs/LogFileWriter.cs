namespace Paas.Logs;

/// <summary>
/// Appends whole lines to the newest file of a source, begins the next file when that one is full and removes what retention does
/// not keep. Not for several threads; several processes are kept apart by a lock. Files are only ever appended to, and no file is
/// written once its successor exists: on these two rests everything a follower promises.
/// </summary>
internal sealed class LogFileWriter : IDisposable
{
    private static ReadOnlySpan<byte> TornMark => " [cut short]\n"u8;

    // What an app says is for its owner and the platform, not for everyone with an account on the machine.
    private static readonly FileStreamOptions Opening = new()
    {
        Mode = FileMode.OpenOrCreate,
        Access = FileAccess.ReadWrite,
        Share = FileShare.ReadWrite | FileShare.Delete,
        BufferSize = 0,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead,
    };

    private readonly string _directory;
    private readonly LogOptions _options;
    private LogFileLock? _guard;
    private FileStream? _file;
    private FileIdentity? _identity;
    private long _number;
    private long _length;
    private bool _torn;

    public LogFileWriter(string directory, LogOptions options)
    {
        _directory = directory;
        _options = options;
        _guard = MakeLock();
    }

    /// <summary>Bytes of the lines given last that are in the log: all of them, or after an exception the lines before the one it broke off in.</summary>
    public int Written { get; private set; }

    /// <summary>Writes lines, each ending in a newline. After an exception <see cref="Written"/> tells how far it came.</summary>
    public void Write(ReadOnlySpan<byte> lines)
    {
        Written = 0;
        if (_file is null || FileIdentity.Of(LogFiles.PathOf(_directory, _number)) != _identity) Abandon();
        var guard = _guard ??= MakeLock();
        guard.Enter();
        try
        {
            OpenNewest();
            while (!lines.IsEmpty)
            {
                var fitting = FittingLines(lines);
                if (fitting == 0)
                {
                    BeginNext();
                    continue;
                }

                AppendLines(lines[..fitting]);
                lines = lines[fitting..];
            }
        }
        finally
        {
            guard.Exit();
        }
    }

    public void Dispose()
    {
        _file?.Dispose();
        _guard?.Dispose();
    }

    // Somebody deleted or moved the file, perhaps with its directory: nobody would ever read what goes on being written into it, and
    // its disk space would not be given back. The lock may have gone the same way.
    private void Abandon()
    {
        _file?.Dispose();
        _file = null;
        _guard?.Dispose();
        _guard = null;
    }

    private LogFileLock MakeLock()
    {
        Directory.CreateDirectory(_directory);
        return new LogFileLock(_directory);
    }

    // Bytes of the whole lines that still fit; an empty file takes its first line whatever its length.
    private int FittingLines(ReadOnlySpan<byte> lines)
    {
        var room = _options.FileBytes - _length;
        if (lines.Length <= room) return lines.Length;
        var fitting = room > 0 ? lines[..(int)room].LastIndexOf((byte)'\n') + 1 : 0;
        return fitting == 0 && _length == 0 ? lines.IndexOf((byte)'\n') + 1 : fitting;
    }

    private void OpenNewest()
    {
        if (_file is null)
        {
            var numbers = LogFiles.List(_directory);
            Open(numbers.Count == 0 ? 1 : numbers[^1]);
        }
        else if (File.Exists(LogFiles.PathOf(_directory, _number + 1)))
        {
            Open(LogFiles.List(_directory)[^1]);
        }
        else if (RandomAccess.GetLength(_file.SafeFileHandle) is var now && (_torn || now != _length))
        {
            _length = now;
            RepairTail();
        }
    }

    private void Open(long next)
    {
        _file?.Dispose();
        _file = null;
        _file = new FileStream(LogFiles.PathOf(_directory, next), Opening);
        _identity = FileIdentity.Of(_file.SafeFileHandle);
        _number = next;
        _length = RandomAccess.GetLength(_file.SafeFileHandle);
        RepairTail();
    }

    // A writer that was killed, or a disk that filled up, may have left half a line. It is ended, not removed: a follower may be
    // reading it.
    private void RepairTail()
    {
        _torn = false;
        Span<byte> last = stackalloc byte[1];
        if (_length == 0 || (RandomAccess.Read(_file!.SafeFileHandle, last, _length - 1) == 1 && last[0] == (byte)'\n')) return;
        Append(TornMark);
    }

    private void BeginNext()
    {
        Open(_number + 1);
        foreach (var old in LogFiles.List(_directory))
        {
            if (old <= _number - _options.Files) File.Delete(LogFiles.PathOf(_directory, old));
        }
    }

    private void AppendLines(ReadOnlySpan<byte> lines)
    {
        var before = _length;
        try
        {
            Append(lines);
            Written += lines.Length;
        }
        catch (IOException)
        {
            // A disk that fills up takes the first part of what it is given.
            var taken = (int)Math.Clamp(RandomAccess.GetLength(_file!.SafeFileHandle) - before, 0, lines.Length);
            Written += lines[..taken].LastIndexOf((byte)'\n') + 1;
            throw;
        }
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        _torn = true;
        RandomAccess.Write(_file!.SafeFileHandle, bytes, _length);
        _torn = false;
        _length += bytes.Length;
    }
}
