using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Paas.Linux;

namespace Paas.ControlPlane.Builds;

/// <summary>
/// The output of each build: a file of lines that is only appended to. Any number of readers follow it from its beginning while it
/// grows; the file is all they share with the writer, but for a signal that there is more.
/// </summary>
internal sealed class BuildOutputs(ControlPlaneOptions options)
{
    private readonly ConcurrentDictionary<(string App, int Number), BuildOutput> _live = new();

    /// <summary>Directory of everything that is kept about a build.</summary>
    internal string DirectoryOf(string app, int number) => Path.Combine(options.BuildsDirectory, app, number.ToString());

    /// <summary>The output of a build that goes on; the same for all who ask until it is closed.</summary>
    internal BuildOutput Open(string app, int number) => _live.GetOrAdd((app, number), _ =>
    {
        SpreadDirectory.Create(Path.Combine(options.BuildsDirectory, app));
        return new BuildOutput(PathOf(app, number));
    });

    /// <summary>No more lines will come: readers get to the end.</summary>
    internal void Close(string app, int number)
    {
        if (_live.TryRemove((app, number), out var output)) output.Dispose();
    }

    /// <summary>The app is destroyed: readers of all its builds get to the end, and the numbers are free again.</summary>
    internal void CloseAll(string app)
    {
        foreach (var (name, number) in _live.Keys.Where(key => key.App == app)) Close(name, number);
    }

    /// <summary>All lines from the first on; waits for more while the output is open.</summary>
    internal async IAsyncEnumerable<string> ReadAsync(string app, int number, [EnumeratorCancellation] CancellationToken ct)
    {
        var path = PathOf(app, number);
        var live = _live.GetValueOrDefault((app, number));
        if (!File.Exists(path)) yield break;
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var lines = new LineReader(file);
        while (true)
        {
            var more = live?.More ?? Task.CompletedTask;
            var closed = live is null || live.IsClosed;
            while (await lines.NextAsync(atEnd: closed, ct) is { } line) yield return line;
            if (closed) yield break;
            await more.WaitAsync(ct);
        }
    }

    /// <summary>Deletes what is kept about a build.</summary>
    internal void Remove(string app, int number)
    {
        Close(app, number);
        if (Directory.Exists(DirectoryOf(app, number))) Directory.Delete(DirectoryOf(app, number), recursive: true);
    }

    private string PathOf(string app, int number) => Path.Combine(DirectoryOf(app, number), "output.log");

    /// <summary>Whole lines of a file that grows; a line without its end is only given out when no more will come.</summary>
    private sealed class LineReader(FileStream file)
    {
        private readonly byte[] _buffer = new byte[32 << 10];
        private readonly List<byte> _partial = [];
        private int _start;
        private int _end;

        internal async Task<string?> NextAsync(bool atEnd, CancellationToken ct)
        {
            while (true)
            {
                var newline = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
                var take = newline < 0 ? _end - _start : newline;
                _partial.AddRange(_buffer.AsSpan(_start, take));
                _start += newline < 0 ? take : take + 1;
                if (newline >= 0) return Take();
                (_start, _end) = (0, await file.ReadAsync(_buffer, ct));
                if (_end == 0) return atEnd && _partial.Count > 0 ? Take() : null;
            }
        }

        private string Take()
        {
            var line = Encoding.UTF8.GetString(_partial.ToArray());
            _partial.Clear();
            return line;
        }
    }
}

/// <summary>One build's output while it is written.</summary>
internal sealed class BuildOutput : IDisposable
{
    private readonly Lock _lock = new();
    private readonly SafeFileHandle _file;
    private long _length;
    private bool _closed;
    private TaskCompletionSource _more = New();

    /// <summary>Opens the file, making it where it is missing; a line that a crash cut off is ended.</summary>
    internal BuildOutput(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        _file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);
        _length = RandomAccess.GetLength(_file);
        var last = new byte[1];
        if (_length > 0 && RandomAccess.Read(_file, last, _length - 1) == 1 && last[0] != (byte)'\n') Append("\n"u8.ToArray());
    }

    /// <summary>Ends when there is more to read, or nothing more will come. Take it before reading.</summary>
    internal Task More
    {
        get
        {
            lock (_lock) return _more.Task;
        }
    }

    internal bool IsClosed
    {
        get
        {
            lock (_lock) return _closed;
        }
    }

    /// <summary>What must not be read in it.</summary>
    internal SecretMask? Mask { get; set; }

    /// <summary>Adds a line, or the lines of a text with several, without the secrets in it.</summary>
    internal void Write(string text)
    {
        lock (_lock)
        {
            if (_closed) return;
            Append(Encoding.UTF8.GetBytes((Mask?.Apply(text) ?? text) + "\n"));
            Pulse();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_closed) return;
            _closed = true;
            _file.Dispose();
            Pulse();
        }
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        RandomAccess.Write(_file, bytes, _length);
        _length += bytes.Length;
    }

    private void Pulse()
    {
        var waiting = _more;
        _more = New();
        waiting.SetResult();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
