using Paas.Oci;

namespace Paas.Build.Dockerfiles.Building;

/// <summary>What Dockerfiles' builds keep for later ones.</summary>
public static class DockerfileCache
{
    // Beside the apps' own directories, and no name of an app.
    private const string DirectoryName = ".dockerfile";

    /// <summary>The layers of steps that need not be done again, for whoever decides what the content store keeps.</summary>
    /// <param name="cacheDirectory">As in <see cref="DockerfileBuildConfig.CacheDirectory"/>.</param>
    public static IEnumerable<Digest> Layers(string cacheDirectory) => StepCache.Layers(DirectoryOf(cacheDirectory));

    internal static string DirectoryOf(string cacheDirectory) => Path.Combine(cacheDirectory, DirectoryName);
}
