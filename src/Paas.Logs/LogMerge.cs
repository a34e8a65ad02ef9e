namespace Paas.Logs;

/// <summary>Reads several sources as one, the line with the earliest time first, and knows the place after it in each.</summary>
internal sealed class LogMerge(AppLogPosition position) : IDisposable
{
    private readonly List<Source> _sources = [];
    private bool _anyFilled;

    /// <summary>Adds a source from its place in the position on; one that is there already stays as it is.</summary>
    public void Add(string name, string directory)
    {
        if (_sources.Exists(source => source.Name == name)) return;
        _sources.Add(new Source(name, new LogCursor(directory, position[name])));
    }

    /// <summary>The next line; false when there is none at present.</summary>
    public bool TryNext(out AppLogEntry entry)
    {
        // Asking a quiet source costs system calls, so that is done only when some source has run dry, once per block read.
        if (!_anyFilled || _sources.Exists(source => source.RanDry)) Fill();
        Source? earliest = null;
        foreach (var source in _sources)
        {
            if (source.IsEmpty) continue;
            if (earliest is null || source.Head.Entry.At < earliest.Head.Entry.At) earliest = source;
        }

        entry = default;
        if (earliest is null) return false;
        var record = earliest.Take();
        position[earliest.Name] = record.Next;
        entry = new AppLogEntry(position.ToString(), earliest.Name, record.Entry);
        return true;
    }

    public void Dispose()
    {
        foreach (var source in _sources) source.Dispose();
    }

    private void Fill()
    {
        _anyFilled = false;
        foreach (var source in _sources) _anyFilled |= source.Fill();
    }

    private sealed class Source(string name, LogCursor cursor) : IDisposable
    {
        private readonly List<LogRecord> _read = [];
        private int _head;

        public string Name => name;

        public bool IsEmpty => _head == _read.Count;

        /// <summary>Had lines, and the last of them was taken.</summary>
        public bool RanDry => IsEmpty && _read.Count > 0;

        public LogRecord Head => _read[_head];

        public bool Fill()
        {
            if (!IsEmpty) return true;
            _read.Clear();
            _head = 0;
            return cursor.Read(_read);
        }

        public LogRecord Take() => _read[_head++];

        public void Dispose() => cursor.Dispose();
    }
}
