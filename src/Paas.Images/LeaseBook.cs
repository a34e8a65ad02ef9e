using Paas.Linux;
using Paas.Oci;

namespace Paas.Images;

/// <summary>
/// What the work under way in this process relies on: every digest that was written or looked for since the oldest open lease
/// began. In memory, because work that dies with its process needs nothing any more; a directory whose lock the process holds
/// (<c>leases/…</c>) tells other processes that there is such work.
/// </summary>
internal sealed class LeaseBook
{
    private readonly Lock _lock = new();
    private readonly string _directory;
    private readonly string _sweepLock;
    private readonly Dictionary<Digest, long> _seen = [];
    private readonly SortedSet<long> _open = [];
    private long _clock;
    private volatile int _count;
    private bool _sweeping;
    private IngestDirectory? _sign;

    public LeaseBook(string root)
    {
        _directory = Path.Combine(root, "leases");
        _sweepLock = Path.Combine(root, "sweep.lock");
        Directory.CreateDirectory(_directory);
    }

    /// <summary>Opens a lease; waits for a sweep of any process to end.</summary>
    public ContentLease Open()
    {
        lock (_lock)
        {
            if (_open.Count == 0)
            {
                using var notSweeping = Files.Open(_sweepLock, Native.O_RDWR | Native.O_CREAT, 0x180);
                Files.Lock(notSweeping, wait: true);
                _sign = IngestDirectory.Create(_directory);
            }

            var start = ++_clock;
            _open.Add(start);
            _count = _open.Count;
            return new ContentLease(this, start);
        }
    }

    public void Close(long start)
    {
        lock (_lock)
        {
            if (!_open.Remove(start)) return;
            _count = _open.Count;
            var oldest = _open.Count > 0 ? _open.Min : long.MaxValue;
            foreach (var digest in _seen.Where(pair => pair.Value < oldest).Select(pair => pair.Key).ToList()) _seen.Remove(digest);
            if (_open.Count > 0) return;
            _sign?.Dispose();
            _sign = null;
        }
    }

    /// <summary>Keeps the digest while a lease that is open now is. Must come before one looks whether it is there.</summary>
    public void Note(Digest digest)
    {
        // Whoever relies on it has opened its lease before: it sees its own count.
        if (_count == 0) return;
        lock (_lock)
        {
            // A sweep only looks.
            if (_open.Count > 0 && !_sweeping) _seen[digest] = ++_clock;
        }
    }

    /// <summary>
    /// Runs while no lease is opened and nothing is noted, in any process. False, and nothing is run, where another process has
    /// a lease: what it relies on is known to it alone.
    /// </summary>
    /// <param name="sweep">Gets what the leases of this process keep.</param>
    public bool TrySweep(Action<IReadOnlyCollection<Digest>> sweep)
    {
        lock (_lock)
        {
            using var sweeping = Files.Open(_sweepLock, Native.O_RDWR | Native.O_CREAT, 0x180);
            Files.Lock(sweeping, wait: true);
            if (IngestDirectory.IsAnyHeld(_directory, except: _sign?.Path)) return false;
            _sweeping = true;
            try
            {
                sweep(_seen.Keys);
            }
            finally
            {
                _sweeping = false;
            }

            return true;
        }
    }
}

/// <summary>
/// While it is open, all that its process writes to the content store, or looks for in it, stays there: a build's layers before
/// the release that owns them, an upload before its row. Closed when what the work made has an owner, or is given up.
/// </summary>
public sealed class ContentLease : IDisposable
{
    private readonly LeaseBook _book;
    private readonly long _start;

    internal ContentLease(LeaseBook book, long start) => (_book, _start) = (book, start);

    public void Dispose() => _book.Close(_start);
}
