using System.Collections.Concurrent;
using Paas.Build.Cache;
using Paas.Build.Sources;
using Paas.Images;
using Paas.Linux;

namespace Paas.Build.Dockerfiles.Running;

/// <summary>
/// What is kept of cache mounts: <c>mounts/APP/NAME</c>, whose time is its last use, beside a key of the app. A name with a dash is that of
/// a directory which lasts as long as a step. Thread-safe.
/// </summary>
internal static class CacheMountUpkeep
{
    private const string KeyName = ".key";
    private const string RemovedPrefix = ".removed-";

    // Before apps had directories of their own, those of all lay in one; no app's name is as long.
    private const int FormerNameLength = 64;

    // Asked after every deployment, and a package manager's cache has many files: a directory is looked through once after each use.
    private static readonly ConcurrentDictionary<string, (DateTime UsedAt, long Bytes)> Sizes = new(StringComparer.Ordinal);

    public static string DirectoryOf(string directory) => Path.Combine(directory, "mounts");

    /// <summary>Where an app's key for <see cref="Building.AppMarks"/> is, which goes with the app.</summary>
    public static string KeyPathOf(string directory, string app) => Path.Combine(DirectoryOf(directory), app, KeyName);

    /// <summary>A name beside another one for as long as a step lasts.</summary>
    public static string Passing(string path) => $"{path}-{Guid.NewGuid():N}";

    public static bool IsPassing(string path) => Path.GetFileName(path).Contains('-');

    /// <summary>Every app that has cache mounts.</summary>
    public static IEnumerable<string> Apps(string directory) => Names(DirectoryOf(directory)).Where(IsApp);

    /// <summary>Every directory that is kept for later builds.</summary>
    public static IEnumerable<TrimmedCache> List(string directory)
    {
        var root = DirectoryOf(directory);
        var former = Names(root).Where(name => name.Length >= FormerNameLength).Select(name => (Path: Path.Combine(root, name), UsedAt: DateTime.MinValue));
        var kept = Apps(directory).Select(app => Path.Combine(root, app))
            .SelectMany(app => Names(app).Select(name => Path.Combine(app, name)).Where(path => IsKept(path)))
            .Select(path => (Path: path, UsedAt: File.GetLastWriteTimeUtc(path)));
        return former.Concat(kept).Select(mount => new TrimmedCache(mount.UsedAt, SizeOf(mount.Path, mount.UsedAt), () => TryRemove(root, mount.Path)) { GoesWhole = true });
    }

    /// <summary>Removes an app's cache mounts; none is fine.</summary>
    public static void Forget(string directory, string app)
    {
        var root = DirectoryOf(directory);
        var path = Path.Combine(root, app);
        foreach (var known in Sizes.Keys.Where(known => known.StartsWith($"{path}/", StringComparison.Ordinal))) Sizes.TryRemove(known, out _);
        TryRemove(root, path);
    }

    /// <summary>Removes what was cut off with the process before. Before any build begins.</summary>
    public static void RemoveLeftovers(string directory)
    {
        var root = DirectoryOf(directory);
        foreach (var name in Names(root).Where(name => name.StartsWith(RemovedPrefix, StringComparison.Ordinal))) TreeRemoval.Remove(Path.Combine(root, name));
        foreach (var app in Apps(directory).Select(app => Path.Combine(root, app)))
        {
            foreach (var name in Names(app).Where(IsPassing)) TreeRemoval.Remove(Path.Combine(app, name));
        }
    }

    // By another name at first: half of a cache is none, and the next step that wants it must not wait.
    private static bool TryRemove(string root, string path)
    {
        var removed = Path.Combine(root, $"{RemovedPrefix}{Guid.NewGuid():N}");
        if (!CacheHold.TryMoveAway(path, removed)) return false;
        Sizes.TryRemove(path, out _);
        TreeRemoval.Remove(removed);
        return true;
    }

    private static long SizeOf(string path, DateTime usedAt)
    {
        if (Sizes.TryGetValue(path, out var known) && known.UsedAt == usedAt) return known.Bytes;
        var bytes = Directory.Exists(path) ? TreeSize.Of(path) : 0;
        Sizes[path] = (usedAt, bytes);
        return bytes;
    }

    private static bool IsKept(string path) => !IsPassing(path) && Path.GetFileName(path)[0] != '.';

    private static bool IsApp(string name) => name.Length < FormerNameLength && !name.StartsWith('.');

    private static List<string> Names(string directory) =>
        Directory.Exists(directory) ? [.. Directory.EnumerateFileSystemEntries(directory).Select(path => Path.GetFileName(path)!)] : [];
}
