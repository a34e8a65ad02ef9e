using Paas.Linux;

namespace Paas.Build.Dockerfiles.Running;

/// <summary>
/// One step's hold on a cache directory: while there is any, nobody removes the directory. Only this process builds with its caches, so
/// nothing of it is on disk. Thread-safe.
/// </summary>
internal sealed class CacheHold : IDisposable
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, Held> All = new(StringComparer.Ordinal);

    private readonly string _path;
    private readonly Held _held;
    private bool _hasTurn;
    private bool _isOver;

    private CacheHold(string path, Held held) => (_path, _held) = (path, held);

    public static CacheHold Of(string path)
    {
        lock (Gate)
        {
            if (!All.TryGetValue(path, out var held)) All[path] = held = new Held();
            held.Count++;
            return new CacheHold(path, held);
        }
    }

    /// <summary>Gives a directory the name it is held by, unless another step has done that.</summary>
    public static void Place(string made, string path)
    {
        lock (Gate)
        {
            if (!Path.Exists(path)) Files.Rename(made, path);
        }
    }

    /// <summary>Gives a directory that nobody holds another name; false where it is held, or not there.</summary>
    public static bool TryMoveAway(string path, string to)
    {
        lock (Gate)
        {
            if (All.ContainsKey(path) || !Path.Exists(path)) return false;
            Files.Rename(path, to);
            return true;
        }
    }

    public async Task WaitForTurnAsync(CancellationToken ct)
    {
        await _held.Turn.WaitAsync(ct);
        _hasTurn = true;
    }

    public bool TryTakeTurn() => _hasTurn = _held.Turn.Wait(0);

    public void Dispose()
    {
        lock (Gate)
        {
            if (_isOver) return;
            _isOver = true;
            if (_hasTurn) _held.Turn.Release();
            if (--_held.Count == 0) All.Remove(_path);
        }
    }

    private sealed class Held
    {
        public int Count { get; set; }

        public SemaphoreSlim Turn { get; } = new(1);
    }
}
