using Paas.Build.Dockerfiles.Building;
using Paas.Build.Dockerfiles.Running;
using Paas.Build.Sources;

namespace Paas.Build.Cache;

/// <summary>
/// The build caches of all apps together, bounded by age and by size: a directory each, and those behind the cache mounts of Dockerfiles.
/// </summary>
public static class BuildCaches
{
    /// <summary>Drops caches that were not used for long, then the longest unused ones, until the rest fits. One that a build has is left.</summary>
    /// <param name="directory">Of all caches.</param>
    /// <param name="usedSince">Older ones go.</param>
    /// <param name="maximumBytes">What all together may have.</param>
    /// <param name="remove">False only finds out.</param>
    /// <returns>How many went, or would, and their bytes.</returns>
    public static (int Count, long Bytes) Trim(string directory, DateTimeOffset usedSince, long maximumBytes, bool remove)
    {
        if (!Directory.Exists(directory)) return (0, 0);
        var caches = Directory.EnumerateDirectories(directory)
            .Where(path => File.Exists(Path.Combine(path, BuildCache.LockFile)))
            .Select(path => new TrimmedCache(LastUse(path), BuildCache.SizeOf(path), () => TryEmpty(path)))
            .Concat(CacheMountUpkeep.List(DockerfileCache.DirectoryOf(directory)))
            .OrderBy(cache => cache.UsedAt).ToList();
        var (left, count, bytes) = (caches.Sum(cache => cache.Bytes), 0, 0L);
        foreach (var cache in caches)
        {
            var isOld = cache.UsedAt < usedSince.UtcDateTime;
            if (!isOld && left <= maximumBytes) break;
            if (cache.Bytes == 0 && !(isOld && cache.GoesWhole)) continue;
            if (remove && !cache.TryRemove()) continue;
            (left, count, bytes) = (left - cache.Bytes, count + 1, bytes + cache.Bytes);
        }

        return (count, bytes);
    }

    private static bool TryEmpty(string path)
    {
        if (BuildCache.TryLock(path) is not { } turn) return false;
        using (turn)
        {
            foreach (var entry in Directory.EnumerateFileSystemEntries(path).Where(entry => Path.GetFileName(entry) != BuildCache.LockFile)) TreeRemoval.Remove(entry);
        }

        return true;
    }

    // Each build writes its state last and takes the lock first.
    private static DateTime LastUse(string path) => Directory.EnumerateFiles(path).Select(File.GetLastWriteTimeUtc).Append(DateTime.MinValue).Max();
}

/// <summary>A cache that may have to go.</summary>
/// <param name="UsedAt">When a build had it last; UTC.</param>
/// <param name="Bytes">What it takes.</param>
/// <param name="TryRemove">False where a build has it.</param>
internal sealed record TrimmedCache(DateTime UsedAt, long Bytes, Func<bool> TryRemove)
{
    /// <summary>True where nothing stays of it, so that an empty one goes too.</summary>
    public bool GoesWhole { get; init; }
}
