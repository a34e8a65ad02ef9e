using Paas.Oci;

namespace Paas.Images.Snapshots;

/// <summary>
/// Root filesystems as overlays of shared, immutable layers. Committed snapshots are named by chain id; active ones by a key
/// of the caller's choice (letters, digits, <c>._-</c>). Nothing is mounted here: callers get an <see cref="OverlayMount"/>.
/// </summary>
public sealed class Snapshotter
{
    /// <summary>Opens the directory, making it where it does not exist, and removes what a crash left half-made.</summary>
    /// <param name="root">Absolute path, on a filesystem that can be an overlay's upper layer.</param>
    public Snapshotter(string root) => Root = root;

    /// <summary>Absolute path of the snapshots.</summary>
    public string Root { get; }

    /// <summary>True where kernel and filesystem let an overlay's layers be id-mapped; found out once.</summary>
    public bool SupportsIdMapping => throw new NotImplementedException();

    /// <summary>True when the chain has been committed.</summary>
    public bool Contains(Digest chainId) => throw new NotImplementedException();

    /// <summary>Keys of the active snapshots.</summary>
    public IReadOnlyList<string> Keys() => throw new NotImplementedException();

    /// <summary>Makes an active snapshot: a writable directory upon a committed chain, or upon nothing.</summary>
    /// <exception cref="SnapshotException">The key is taken, or the parent is not there.</exception>
    public OverlayMount Prepare(string key, Digest? parent) => throw new NotImplementedException();

    /// <summary>Makes an active snapshot that cannot be written, so that its parent stays while it is used.</summary>
    /// <inheritdoc cref="Prepare"/>
    public OverlayMount View(string key, Digest parent) => throw new NotImplementedException();

    /// <summary>The overlay of an active snapshot made earlier; null when there is none.</summary>
    public OverlayMount? Find(string key) => throw new NotImplementedException();

    /// <summary>Turns an active snapshot into an immutable one. If the chain is there already, the active one is dropped.</summary>
    /// <exception cref="SnapshotException">There is no such active snapshot, or it is a view.</exception>
    public void Commit(string key, Digest chainId) => throw new NotImplementedException();

    /// <summary>Removes an active snapshot and what was written to it. Does nothing when there is none.</summary>
    public void Remove(string key) => throw new NotImplementedException();

    /// <summary>Removes a committed snapshot.</summary>
    /// <exception cref="SnapshotException">Another snapshot lies upon it.</exception>
    public void RemoveCommitted(Digest chainId) => throw new NotImplementedException();
}

/// <summary>A snapshot operation that cannot be.</summary>
public sealed class SnapshotException(string message) : IOException(message);
