using Paas.Build.Buildpacks;
using Paas.Build.Lifecycle;
using Paas.Build.Sources;
using Paas.Images;
using Paas.Images.Layers;
using Paas.Launch.Processes;
using Paas.Linux;

namespace Paas.Build.Cache;

/// <summary>
/// An app's cache, which is also the build's layers directory: nothing is copied to restore it. <c>state.json</c> says how the last
/// successful build left each layer; what a later build, killed or failed, has touched since has another fingerprint and is thrown
/// away, the rest is used. Where <c>clean</c> names this boot of the host, no build came after that one and nothing has to be looked
/// at: a build takes it away before it changes anything, and a power cut cannot leave it. A lock makes builds of one app take turns.
/// </summary>
internal sealed class BuildCache : IDisposable
{
    /// <summary>Taken by a build for as long as it lasts.</summary>
    internal const string LockFile = "lock";

    private const string StateFile = "state.json";
    private const string CleanFile = "clean";

    private readonly string _directory;
    private readonly ContentStore _content;
    private readonly FileStream _turn;
    private readonly CacheState _state;
    private readonly bool _clean;

    private BuildCache(string directory, ContentStore content, FileStream turn)
    {
        _directory = directory;
        _content = content;
        _turn = turn;
        _state = CacheState.Read(StatePath);
        _clean = File.Exists(CleanPath) && File.ReadAllText(CleanPath) == ThisBoot();
        Directory.CreateDirectory(LayersDirectory);
    }

    /// <summary>Absolute path of what containers see as <c>/layers</c>.</summary>
    public string LayersDirectory => Path.Combine(_directory, "layers");

    private string CleanPath => Path.Combine(_directory, CleanFile);

    private string StatePath => Path.Combine(_directory, StateFile);

    /// <summary>Waits for the cache's turn and opens it.</summary>
    public static async Task<BuildCache> OpenAsync(string directory, ContentStore content, CancellationToken ct)
    {
        Directory.CreateDirectory(directory);
        return new BuildCache(directory, content, await LockAsync(Path.Combine(directory, LockFile), ct));
    }

    /// <summary>Takes the cache's turn where no build has it; null where one has.</summary>
    internal static IDisposable? TryLock(string directory)
    {
        try
        {
            return new FileStream(Path.Combine(directory, LockFile), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>What a cache takes, in bytes. Asked after every deployment, so nothing is looked through where the last build has counted.</summary>
    internal static long SizeOf(string directory) => File.Exists(Path.Combine(directory, CleanFile))
        ? CacheState.Read(Path.Combine(directory, StateFile)).Layers.Where(layer => layer.Types.Cache).Sum(layer => layer.Bytes)
        : TreeSize.Of(directory);

    /// <summary>Puts the buildpacks' layers directories into the state the spec wants before a build ("Layer Types").</summary>
    /// <returns>How many layers were restored with their content.</returns>
    public int Restore(IReadOnlyList<Buildpack> buildpacks, uint owner)
    {
        File.Delete(CleanPath);
        foreach (var path in Directory.EnumerateFileSystemEntries(LayersDirectory))
        {
            if (!buildpacks.Any(buildpack => buildpack.EscapedId == Path.GetFileName(path))) TreeRemoval.Remove(path);
        }

        return buildpacks.Sum(buildpack => Restore(buildpack, owner));
    }

    /// <summary>The layer as the last successful build left it, or null.</summary>
    public StoredLayer? Find(Buildpack buildpack, string layer) =>
        _state.Layers.FirstOrDefault(stored => stored.Buildpack == buildpack.Id && stored.Name == layer);

    /// <summary>The image layer of a directory that nobody touched since it was made, or null.</summary>
    public Layer? Reuse(Buildpack buildpack, string layer, string? fingerprint) =>
        Find(buildpack, layer) is { Blob: { } blob } stored
        && (fingerprint is null || stored.Fingerprint == fingerprint)
        && _content.Contains(blob.Descriptor.Digest)
            ? blob
            : null;

    /// <summary>Records a successful build and drops the layers that are not cached.</summary>
    public void Save(CacheState next)
    {
        next.Write(StatePath);
        foreach (var buildpack in Directory.EnumerateDirectories(LayersDirectory))
        {
            var own = next.Layers.Where(layer => Path.GetFileName(buildpack) == LaunchedBuildpack.Escape(layer.Buildpack)).ToList();
            var kept = own.Where(layer => layer.Types.Cache).Select(layer => layer.Name).ToHashSet();
            var known = own.Where(layer => layer.Types.Cache || layer.Blob is not null).Select(layer => layer.Name).ToHashSet();
            foreach (var path in Directory.EnumerateFileSystemEntries(buildpack))
            {
                var name = Path.GetFileName(path);
                if (!kept.Contains(name) && !IsBill(path, known)) TreeRemoval.Remove(path);
            }
        }

        File.WriteAllText(CleanPath, ThisBoot());
    }

    public void Dispose() => _turn.Dispose();

    private int Restore(Buildpack buildpack, uint owner)
    {
        var root = Path.Combine(LayersDirectory, buildpack.EscapedId);
        if (EntryStatus.Of(root)?.Kind is { } kind and not FileKind.Directory) throw new IOException($"{root} is {kind}");
        Directory.CreateDirectory(root);
        Files.ChangeOwner(root, owner, owner);
        var known = _state.Layers.Where(layer => layer.Buildpack == buildpack.Id).ToDictionary(layer => layer.Name);
        var whole = new HashSet<string>();
        var bills = new List<string>();
        foreach (var path in Directory.EnumerateFileSystemEntries(root))
        {
            var name = Path.GetFileName(path);
            if (known.TryGetValue(name, out var layer) && layer.Types.Cache && IsUntouched(path, layer)) whole.Add(name);
            else if (BillsOfMaterials.LayerOf(name) is not null) bills.Add(path);
            else TreeRemoval.Remove(path);
        }

        var restored = known.Values.Where(layer => whole.Contains(layer.Name) || IsInFormerImageOnly(layer)).ToDictionary(layer => layer.Name);
        foreach (var path in bills.Where(path => !IsBill(path, restored.Keys))) TreeRemoval.Remove(path);
        foreach (var layer in restored.Values)
        {
            WriteOwned(Path.Combine(root, layer.Name + ".toml"), layer.Metadata, owner);
        }

        if (_state.Stores.TryGetValue(buildpack.Id, out var store)) WriteOwned(Path.Combine(root, "store.toml"), store, owner);
        return whole.Count;
    }

    // Its metadata comes back without its content: the buildpack may ask for the former image's layer again.
    private bool IsInFormerImageOnly(StoredLayer layer) =>
        layer is { Types: { Launch: true, Build: false, Cache: false }, Blob: { } blob } && _content.Contains(blob.Descriptor.Digest);

    private bool IsUntouched(string path, StoredLayer layer) =>
        EntryStatus.Of(path)?.Kind == FileKind.Directory && (_clean || TreeFingerprint.Of(path).Fingerprint == layer.Fingerprint);

    // A layer comes back with its bill of materials (buildpack spec, "Software-Bill-of-Materials").
    private static bool IsBill(string path, IEnumerable<string> layers) =>
        BillsOfMaterials.LayerOf(Path.GetFileName(path)) is { } layer && layers.Contains(layer) && EntryStatus.Of(path)?.Kind == FileKind.Regular;

    private static string ThisBoot() => File.ReadAllText("/proc/sys/kernel/random/boot_id");

    private static void WriteOwned(string path, string text, uint owner)
    {
        File.WriteAllText(path, text);
        Files.ChangeOwner(path, owner, owner);
    }

    private static async Task<FileStream> LockAsync(string path, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), ct);
            }
        }
    }
}
