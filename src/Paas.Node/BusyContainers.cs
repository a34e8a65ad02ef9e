using System.Collections.Concurrent;

namespace Paas.Node;

/// <summary>Containers that this node is starting, running attached, or removing: what is on disk of them says nothing yet, or no more.</summary>
internal sealed class BusyContainers
{
    private readonly ConcurrentDictionary<string, byte> _ids = new(StringComparer.Ordinal);

    /// <summary>Holds the id until the result is disposed. The caller has the id's lock.</summary>
    public IDisposable Add(string id)
    {
        _ids[id] = 0;
        return new Entry(this, id);
    }

    public bool Contains(string id) => _ids.ContainsKey(id);

    private sealed class Entry(BusyContainers owner, string id) : IDisposable
    {
        public void Dispose() => owner._ids.TryRemove(id, out _);
    }
}
