using Paas.Images.Interop;
using Paas.Linux;
using Paas.Oci;

namespace Paas.Images.Snapshots;

/// <summary>
/// Root filesystems as overlays of shared, immutable layers. Committed snapshots are named by chain id; active ones by a key
/// of the caller's choice (letters, digits, <c>._-</c>). Nothing is mounted here: callers get an <see cref="OverlayMount"/>.
/// <code>
/// committed/CHAIN/{fs/, parent, boot}   a layer; parent: chain id below; boot: not known to be on disk yet
/// active/KEY/{fs/, work/, parent}       fs is the upper directory; a view has no work
/// new/ trash/                           being made, being removed: a crash's leftovers are there and nowhere else
/// </code>
/// A committed snapshot is a copy of layers that the content store keeps. So it is not forced to disk when committed: it
/// carries the id of the boot it was made in, and one whose boot is gone (a power cut may have torn it) is dropped at open
/// and unpacked again when it is needed.
/// </summary>
public sealed class Snapshotter
{
    private const string ParentFile = "parent";
    private const string BootFile = "boot";
    private const string Content = "fs";
    private const string Work = "work";

    private readonly Lock _lock = new();
    private readonly Lazy<bool> _supportsIdMapping;

    /// <summary>Opens the directory, making it where it does not exist, and removes what a crash left half-made.</summary>
    /// <param name="root">Absolute path, on a filesystem that can be an overlay's upper layer.</param>
    public Snapshotter(string root)
    {
        Root = Path.GetFullPath(root);
        foreach (var directory in (string[])[Committed, Active, Trash, Empty]) Directory.CreateDirectory(directory);
        SpreadDirectory.Create(Made);
        foreach (var leftover in Directory.EnumerateFileSystemEntries(Made)) MoveToTrash(leftover);
        DropTornSnapshots();
        EmptyTrash();
        _supportsIdMapping = new Lazy<bool>(() => OverlayProbe.SupportsIdMapping(Made));
    }

    /// <summary>Absolute path of the snapshots.</summary>
    public string Root { get; }

    /// <summary>True where kernel and filesystem let an overlay's layers be id-mapped; found out once, by mounting one nowhere.</summary>
    public bool SupportsIdMapping => _supportsIdMapping.Value;

    /// <summary>Why something could not be deleted when the trash was last emptied; null when nothing is left there.</summary>
    public string? TrashProblem { get; private set; }

    private string Committed => Path.Combine(Root, "committed");

    private string Active => Path.Combine(Root, "active");

    private string Made => Path.Combine(Root, "new");

    private string Trash => Path.Combine(Root, "trash");

    private string Empty => Path.Combine(Root, "empty");

    /// <summary>True when the chain has been committed.</summary>
    public bool Contains(Digest chainId) => Directory.Exists(CommittedPath(chainId));

    /// <summary>Keys of the active snapshots.</summary>
    public IReadOnlyList<string> Keys() => [.. Directory.EnumerateDirectories(Active).Select(path => Path.GetFileName(path))];

    /// <summary>Makes an active snapshot: a writable directory upon a committed chain, or upon nothing.</summary>
    /// <exception cref="SnapshotException">The key is taken or no key, or the parent is not there.</exception>
    public OverlayMount Prepare(string key, Digest? parent) => Make(key, parent, isView: false);

    /// <summary>Makes an active snapshot that cannot be written, so that its parent stays while it is used.</summary>
    /// <inheritdoc cref="Prepare"/>
    public OverlayMount View(string key, Digest parent) => Make(key, parent, isView: true);

    /// <summary>The overlay of an active snapshot made earlier; null when there is none.</summary>
    public OverlayMount? Find(string key)
    {
        var path = ActivePath(key);
        return Directory.Exists(path) ? Describe(path) : null;
    }

    /// <summary>
    /// Turns an active snapshot into an immutable one. If the chain is there already, the active one is dropped: they are
    /// the same by definition.
    /// </summary>
    /// <exception cref="SnapshotException">There is no such active snapshot, or it is a view.</exception>
    public void Commit(string key, Digest chainId)
    {
        lock (_lock)
        {
            var path = ActivePath(key);
            var work = Path.Combine(path, Work);
            if (!Directory.Exists(path)) throw new SnapshotException($"there is no active snapshot '{key}'");
            if (!Directory.Exists(work)) throw new SnapshotException($"the snapshot '{key}' is a view");
            if (Contains(chainId))
            {
                MoveToTrash(path);
            }
            else
            {
                Files.WriteAtomically(Path.Combine(path, BootFile), BootId(), durable: true);
                // The kernel leaves a directory of its own there.
                MoveToTrash(work);
                Directory.Move(path, CommittedPath(chainId));
            }
        }

        EmptyTrash();
    }

    /// <summary>Removes an active snapshot and what was written to it. Does nothing when there is none.</summary>
    public void Remove(string key)
    {
        lock (_lock) MoveToTrash(ActivePath(key));
        EmptyTrash();
    }

    /// <summary>Removes a committed snapshot. Does nothing when there is none.</summary>
    /// <exception cref="SnapshotException">Another snapshot lies upon it.</exception>
    public void RemoveCommitted(Digest chainId)
    {
        lock (_lock)
        {
            var child = Directory.EnumerateDirectories(Committed)
                .Concat(Directory.EnumerateDirectories(Active))
                .FirstOrDefault(path => ParentOf(path) == chainId);
            if (child is not null) throw new SnapshotException($"the snapshot '{Path.GetFileName(child)}' lies upon {chainId}");
            MoveToTrash(CommittedPath(chainId));
        }

        EmptyTrash();
    }

    /// <summary>
    /// Moves those committed snapshots to the trash that are not wanted and that no other lies upon, which stays: nothing is deleted
    /// before <see cref="EmptyTrash"/>.
    /// </summary>
    /// <param name="unwanted">Asked for every chain.</param>
    /// <param name="remove">False only finds out.</param>
    /// <returns>What was, or would be, moved, with the size of its files in bytes.</returns>
    public IReadOnlyList<(Digest Chain, long Bytes)> Discard(Func<Digest, bool> unwanted, bool remove)
    {
        lock (_lock)
        {
            var parents = Chains().ToDictionary(chain => chain, chain => ParentOf(CommittedPath(chain)));
            var children = parents.Values.Concat(Directory.EnumerateDirectories(Active).Select(ParentOf)).OfType<Digest>()
                .GroupBy(parent => parent).ToDictionary(group => group.Key, group => group.Count());
            var discarded = new List<(Digest, long)>();
            var leaves = new Stack<Digest>(parents.Keys.Where(chain => !children.ContainsKey(chain)));
            while (leaves.TryPop(out var chain))
            {
                if (!unwanted(chain)) continue;
                discarded.Add((chain, TreeSize.Of(CommittedPath(chain))));
                if (remove) MoveToTrash(CommittedPath(chain));
                if (parents[chain] is { } parent && --children[parent] == 0 && parents.ContainsKey(parent)) leaves.Push(parent);
            }

            return discarded;
        }
    }

    /// <summary>
    /// Deletes what was removed and, after a crash, what it left. What cannot be deleted stays in the trash until the next time:
    /// nobody who only wanted something of theirs removed is to fail for it, nor the start. <see cref="TrashProblem"/> says so.
    /// </summary>
    public void EmptyTrash()
    {
        using var trash = DirectoryHandle.Open(Trash);
        string? problem = null;
        foreach (var name in trash.Names())
        {
            try
            {
                trash.Remove(name);
            }
            catch (IOException error)
            {
                problem ??= error.Message;
            }
        }

        TrashProblem = problem;
    }

    /// <summary>The layers of a committed chain, uppermost first.</summary>
    /// <exception cref="SnapshotException">One of them is not there.</exception>
    public IReadOnlyList<string> LayersOf(Digest chainId)
    {
        var layers = new List<string>();
        for (Digest? chain = chainId; chain is { } current; chain = ParentOf(CommittedPath(current)))
        {
            if (!Contains(current)) throw new SnapshotException($"the snapshot {current} is not there");
            layers.Add(Path.Combine(CommittedPath(current), Content));
        }

        return layers;
    }

    private OverlayMount Make(string key, Digest? parent, bool isView)
    {
        var path = ActivePath(key);
        lock (_lock)
        {
            if (Directory.Exists(path)) throw new SnapshotException($"the snapshot '{key}' is there already");
            if (parent is { } chain) _ = LayersOf(chain);
            var made = Directory.CreateDirectory(Path.Combine(Made, Guid.NewGuid().ToString("n"))).FullName;
            // The upper directory is the root of what is mounted: its mode is what containers see of "/".
            const UnixFileMode RootMode = (UnixFileMode)0x1ed;
            File.SetUnixFileMode(Directory.CreateDirectory(Path.Combine(made, Content)).FullName, RootMode);
            if (!isView) Directory.CreateDirectory(Path.Combine(made, Work));
            if (parent is not null) File.WriteAllText(Path.Combine(made, ParentFile), parent.ToString());
            Directory.Move(made, path);
        }

        return Describe(path);
    }

    private OverlayMount Describe(string path)
    {
        var files = Path.Combine(path, Content);
        var work = Path.Combine(path, Work);
        IReadOnlyList<string> layers = ParentOf(path) is { } parent ? LayersOf(parent) : [];
        // An overlay without upper layer needs two lower ones: the view's own empty directory is the second.
        return Directory.Exists(work)
            ? new OverlayMount(layers.Count > 0 ? layers : [Empty], files, work)
            : new OverlayMount([files, .. layers], null, null);
    }

    private static Digest? ParentOf(string path)
    {
        try
        {
            var text = File.ReadAllText(Path.Combine(path, ParentFile));
            return Digest.TryParse(text, out var parent) ? parent : throw new SnapshotException($"{path}/{ParentFile} is damaged");
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private string CommittedPath(Digest chainId) => Path.Combine(Committed, chainId.Hex);

    private string ActivePath(string key)
    {
        var isKey = key.Length is > 0 and <= 128 && key[0] is not '.' && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
        return isKey ? Path.Combine(Active, key) : throw new SnapshotException($"'{key}' cannot name a snapshot");
    }

    private static byte[] BootId() => File.ReadAllBytes("/proc/sys/kernel/random/boot_id");

    // Snapshots of this boot are whole, though perhaps only in memory. Older ones either were written out in the meantime, which
    // an open in their own boot notes by removing the file, or cannot be trusted.
    private void DropTornSnapshots()
    {
        var unsure = Directory.EnumerateDirectories(Committed).Where(path => File.Exists(Path.Combine(path, BootFile))).ToList();
        if (unsure.Count == 0) return;
        var boot = BootId();
        var whole = unsure.ToLookup(path => File.ReadAllBytes(Path.Combine(path, BootFile)).AsSpan().SequenceEqual(boot));
        foreach (var path in whole[false]) MoveToTrash(path);
        Files.SyncFilesystem(Root);
        foreach (var path in whole[true]) File.Delete(Path.Combine(path, BootFile));
    }

    private void MoveToTrash(string path)
    {
        if (!Directory.Exists(path)) return;
        Directory.Move(path, Path.Combine(Trash, Guid.NewGuid().ToString("n")));
    }

    private IEnumerable<Digest> Chains()
    {
        foreach (var path in Directory.EnumerateDirectories(Committed))
        {
            var hex = Path.GetFileName(path);
            if (Digest.TryParse($"{(hex.Length == 64 ? Digest.Sha256 : Digest.Sha512)}:{hex}", out var chain)) yield return chain;
        }
    }
}

/// <summary>A snapshot operation that cannot be.</summary>
public sealed class SnapshotException(string message) : IOException(message);
