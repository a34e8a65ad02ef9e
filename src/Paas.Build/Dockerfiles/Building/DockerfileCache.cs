using Paas.Build.Dockerfiles.Running;
using Paas.Oci;

namespace Paas.Build.Dockerfiles.Building;

/// <summary>What Dockerfiles' builds keep for later ones.</summary>
public static class DockerfileCache
{
    // Beside the apps' own directories, and no name of an app.
    private const string DirectoryName = ".dockerfile";

    /// <summary>The layers of steps that need not be done again, for whoever decides what the content store keeps.</summary>
    /// <param name="cacheDirectory">As in <see cref="DockerfileBuildConfig.CacheDirectory"/>.</param>
    /// <param name="bounds">What is beyond them is nobody's.</param>
    public static IReadOnlyCollection<Digest> Layers(string cacheDirectory, StepCacheBounds bounds) =>
        [.. StepCache.Split(DirectoryOf(cacheDirectory), bounds).Kept.Select(record => record.Result.Layer?.Descriptor.Digest).OfType<Digest>().Distinct()];

    /// <summary>Forgets the steps beyond the bounds; their layers go with the next sweep unless an image has them.</summary>
    /// <param name="cacheDirectory">As in <see cref="DockerfileBuildConfig.CacheDirectory"/>.</param>
    /// <param name="bounds">What is kept.</param>
    /// <param name="remove">False only counts.</param>
    /// <returns>How many.</returns>
    public static int Trim(string cacheDirectory, StepCacheBounds bounds, bool remove)
    {
        var dropped = StepCache.Split(DirectoryOf(cacheDirectory), bounds).Dropped;
        if (remove) foreach (var record in dropped) File.Delete(record.Path);
        return dropped.Count;
    }

    /// <summary>Names of the apps whose builds left something in cache mounts.</summary>
    /// <param name="cacheDirectory">As in <see cref="DockerfileBuildConfig.CacheDirectory"/>.</param>
    public static IEnumerable<string> AppsWithMounts(string cacheDirectory) => CacheMountUpkeep.Apps(DirectoryOf(cacheDirectory));

    /// <summary>Removes the cache mounts of an app that is no more; the steps that it had to itself are found by nobody then, and grow old.</summary>
    /// <param name="cacheDirectory">As in <see cref="DockerfileBuildConfig.CacheDirectory"/>.</param>
    /// <param name="app">Its name; none of its builds runs.</param>
    public static void Forget(string cacheDirectory, string app) => CacheMountUpkeep.Forget(DirectoryOf(cacheDirectory), app);

    /// <summary>Removes what builds left that were cut off with the process before. Before any build begins.</summary>
    /// <param name="cacheDirectory">As in <see cref="DockerfileBuildConfig.CacheDirectory"/>.</param>
    public static void RemoveLeftovers(string cacheDirectory) => CacheMountUpkeep.RemoveLeftovers(DirectoryOf(cacheDirectory));

    internal static string DirectoryOf(string cacheDirectory) => Path.Combine(cacheDirectory, DirectoryName);
}
