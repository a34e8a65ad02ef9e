namespace Paas.Node;

/// <summary>One lock per key, kept only while somebody holds or wants it.</summary>
internal sealed class KeyedLocks
{
    private readonly Dictionary<string, Entry> _entries = [];

    /// <summary>Waits for the key; dispose the result to let the next one in.</summary>
    public async Task<IDisposable> LockAsync(string key, CancellationToken ct)
    {
        Entry entry;
        lock (_entries)
        {
            entry = _entries.TryGetValue(key, out var known) ? known : _entries[key] = new Entry();
            entry.Users++;
        }

        try
        {
            await entry.Semaphore.WaitAsync(ct);
        }
        catch
        {
            Leave(key, entry);
            throw;
        }

        return new Held(this, key, entry);
    }

    /// <summary>Takes the key where nobody holds or wants it; else null.</summary>
    public IDisposable? TryLock(string key)
    {
        lock (_entries)
        {
            if (_entries.ContainsKey(key)) return null;
            var entry = _entries[key] = new Entry { Users = 1 };
            entry.Semaphore.Wait();
            return new Held(this, key, entry);
        }
    }

    /// <summary>True while somebody holds or wants the key.</summary>
    public bool IsHeld(string key)
    {
        lock (_entries) return _entries.ContainsKey(key);
    }

    private void Leave(string key, Entry entry)
    {
        lock (_entries)
        {
            if (--entry.Users > 0) return;
            _entries.Remove(key);
            entry.Semaphore.Dispose();
        }
    }

    private sealed class Entry
    {
        public SemaphoreSlim Semaphore { get; } = new(1);

        public int Users { get; set; }
    }

    private sealed class Held(KeyedLocks owner, string key, Entry entry) : IDisposable
    {
        private Entry? _entry = entry;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _entry, null) is not { } held) return;
            held.Semaphore.Release();
            owner.Leave(key, held);
        }
    }
}
