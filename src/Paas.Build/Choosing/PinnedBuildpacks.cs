using System.Security.Cryptography;
using System.Text;
using Paas.Build.Sources;
using Paas.Images;

namespace Paas.Build.Choosing;

/// <summary>
/// Repositories of buildpacks that were named by a commit, kept between builds: a commit is one content, and git has checked that it is that.
/// Beside them are versions of archives (<see cref="KnownArchives"/>). Only read; a build copies what it takes. Kept for this boot of the host,
/// since nothing is flushed, and bounded in number and size. docs/decisions/0035.
/// </summary>
/// <param name="directory">Absolute; theirs alone.</param>
/// <param name="most">How many are kept.</param>
/// <param name="maximumBytes">What they may have together.</param>
internal sealed class PinnedBuildpacks(string directory, int most = 20, long maximumBytes = 1L << 30)
{
    // A build may be copying it.
    private static readonly TimeSpan InUse = TimeSpan.FromMinutes(10);

    /// <summary>In the directory of all caches, beside the apps' own, and no name of an app.</summary>
    public static PinnedBuildpacks In(string cacheDirectory) => new(Path.Combine(cacheDirectory, ".buildpacks"));

    /// <summary>The files of a commit, if they are here; else null.</summary>
    /// <param name="repository">The address of its repository.</param>
    /// <param name="commit">Its whole id.</param>
    public string? Find(string repository, string commit)
    {
        var path = PathOf(repository, commit);
        return Touch(path) ? path : null;
    }

    /// <summary>What was kept or used last of all that came from an address; null where there is nothing.</summary>
    public string? Newest(string address)
    {
        if (!Directory.Exists(directory)) return null;
        var path = new DirectoryInfo(directory).EnumerateDirectories(Prefix(address) + "*").MaxBy(one => one.LastWriteTimeUtc)?.FullName;
        return path is not null && Touch(path) ? path : null;
    }

    /// <summary>Takes over a directory with the files of a commit.</summary>
    /// <returns>Where they are now: where they were, if they cannot be kept.</returns>
    public string Keep(string repository, string commit, string files)
    {
        var path = PathOf(repository, commit);
        Directory.CreateDirectory(directory);
        try
        {
            Directory.Move(files, path);
        }
        catch (IOException)
        {
            // It was here already, as one of two versions that take turns or by another build; or the filesystem is another.
            Touch(path);
            return files;
        }

        Directory.SetLastWriteTimeUtc(path, DateTime.UtcNow);
        Trim();
        return path;
    }

    private void Trim()
    {
        var (count, bytes) = (0, 0L);
        foreach (var kept in new DirectoryInfo(directory).EnumerateDirectories().OrderByDescending(one => one.LastWriteTimeUtc).ToList())
        {
            bytes += TreeSize.Of(kept.FullName);
            count++;
            if (kept.Name.StartsWith(Boot(), StringComparison.Ordinal) && ((count <= most && bytes <= maximumBytes) || DateTime.UtcNow - kept.LastWriteTimeUtc < InUse)) continue;
            TreeRemoval.Remove(kept.FullName);
        }
    }

    private static bool Touch(string path)
    {
        try
        {
            Directory.SetLastWriteTimeUtc(path, DateTime.UtcNow);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private string PathOf(string address, string version) => Path.Combine(directory, Prefix(address) + Hash($"{address}\n{version}"));

    private static string Prefix(string address) => $"{Boot()}-{Hash(address)}-";

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static string Boot() => File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
}
