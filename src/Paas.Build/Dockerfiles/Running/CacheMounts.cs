using System.Security.Cryptography;
using System.Text;
using Paas.Build.Sources;
using Paas.Linux;

namespace Paas.Build.Dockerfiles.Running;

/// <summary>What a cache directory begins with.</summary>
/// <param name="Digest">Of its content.</param>
/// <param name="FillAsync">Makes it at a path where nothing is yet, with its owner and mode.</param>
internal sealed record CacheOrigin(string Digest, Func<string, Task> FillAsync);

/// <summary>
/// The directories of <c>RUN --mount=type=cache</c>. They are an app's own: what one app's build puts there, no other's is given.
/// Thread-safe.
/// </summary>
/// <param name="directory">Of all builds' caches; see <see cref="CacheMountUpkeep"/> for what is in it.</param>
internal sealed class CacheMounts(string directory)
{
    /// <summary>The directory behind a mount, until the lease is disposed.</summary>
    /// <param name="app">Whose it is.</param>
    /// <param name="mount">Names it; with another owner or mode it is another one.</param>
    /// <param name="origin">What it begins with; null begins with nothing.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<Lease> TakeAsync(string app, RunMount mount, CacheOrigin? origin, CancellationToken ct)
    {
        var path = Path.Combine(CacheMountUpkeep.DirectoryOf(directory), app, NameOf(mount, origin));
        var hold = CacheHold.Of(path);
        try
        {
            if (mount.Sharing == CacheSharing.Locked) await hold.WaitForTurnAsync(ct);
            if (mount.Sharing == CacheSharing.Private && !hold.TryTakeTurn())
            {
                // Whoever finds a private one taken gets an empty one for once.
                hold.Dispose();
                path = CacheMountUpkeep.Passing(path);
                hold = CacheHold.Of(path);
            }

            await MakeAsync(path, mount, origin);
            return new Lease(path, hold);
        }
        catch
        {
            hold.Dispose();
            throw;
        }
    }

    private static string NameOf(RunMount mount, CacheOrigin? origin)
    {
        var name = $"{mount.Id}\0{mount.From}\0{mount.Source}";
        if (origin is not null) name += $"\0{origin.Digest}";
        else if ((mount.UserId, mount.GroupId, mount.Mode) != (0, 0, RunMount.CacheMode)) name += $"\0{mount.UserId}:{mount.GroupId}:{mount.Mode}";
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
    }

    // Aside first: a copy that is cut off, or that another step looks at, would pass for all there is.
    private static async Task MakeAsync(string path, RunMount mount, CacheOrigin? origin)
    {
        if (!Path.Exists(path))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var made = CacheMountUpkeep.Passing(path);
            try
            {
                if (origin is not null) await origin.FillAsync(made);
                else MakeEmpty(made, mount);
                CacheHold.Place(made, path);
            }
            finally
            {
                TreeRemoval.Remove(made);
            }
        }

        Touch(path);
    }

    private static void MakeEmpty(string path, RunMount mount)
    {
        Directory.CreateDirectory(path);
        Files.ChangeOwner(path, mount.UserId, mount.GroupId);
        Files.ChangeMode(path, mount.Mode);
    }

    // Its app may have been destroyed meanwhile.
    private static void Touch(string path)
    {
        if (Path.Exists(path)) Directory.SetLastWriteTimeUtc(path, DateTime.UtcNow);
    }

    /// <summary>A directory in use.</summary>
    internal sealed class Lease(string path, CacheHold hold) : IDisposable
    {
        public string Path { get; } = path;

        public void Dispose()
        {
            // A command may have given it any time, also one that never grows old.
            Touch(Path);
            if (CacheMountUpkeep.IsPassing(Path)) TreeRemoval.Remove(Path);
            hold.Dispose();
        }
    }
}
