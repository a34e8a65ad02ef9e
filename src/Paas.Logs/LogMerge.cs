namespace Paas.Logs;

/// <summary>Reads several sources as one, the line with the earliest time first, and knows the place after it in each.</summary>
internal sealed class LogMerge(AppLogPosition position) : IDisposable
{
    private readonly List<Source> sources = [];
    private bool anyFilled;

    /// <summary>Adds a source from its place in the position on; one that is there already stays as it is.</summary>
    public void Add(string name, string directory)
    {
        if (sources.Exists(source => source.Name == name)) return;
        sources.Add(new Source(name, new LogCursor(directory, position[name])));
    }

    /// <summary>The next line; false when there is none at present.</summary>
    public bool TryNext(out AppLogEntry entry)
    {
        // Asking a quiet source costs system calls, so that is done only when some source has run dry, once per block read.
        if (!anyFilled || sources.Exists(source => source.RanDry)) Fill();
        Source? earliest = null;
        foreach (var source in sources)
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
        foreach (var source in sources) source.Dispose();
    }

    private void Fill()
    {
        anyFilled = false;
        foreach (var source in sources) anyFilled |= source.Fill();
    }

    private sealed class Source(string name, LogCursor cursor) : IDisposable
    {
        private readonly List<LogRecord> read = [];
        private int head;

        public string Name => name;

        public bool IsEmpty => head == read.Count;

        /// <summary>Had lines, and the last of them was taken.</summary>
        public bool RanDry => IsEmpty && read.Count > 0;

        public LogRecord Head => read[head];

        public bool Fill()
        {
            if (!IsEmpty) return true;
            read.Clear();
            head = 0;
            return cursor.Read(read);
        }

        public LogRecord Take() => read[head++];

        public void Dispose() => cursor.Dispose();
    }
}
