using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Paas.Build.Sources;
using Paas.Linux;

namespace Paas.Build.Dockerfiles.Running;

/// <summary>
/// The directories of <c>RUN --mount=type=cache</c>. They are an app's own: what one app's build puts there, no other's is given.
/// Thread-safe.
/// </summary>
internal sealed class CacheMounts(string directory)
{
    private static readonly ConcurrentDictionary<string, SemaphoreSlim> Turns = new(StringComparer.Ordinal);

    /// <summary>The directory behind a mount, until the lease is disposed.</summary>
    /// <param name="app">Whose it is.</param>
    /// <param name="mount">Names it; with another owner or mode it is another one.</param>
    /// <param name="origin">Digest of what it begins with; null begins with nothing.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<Lease> TakeAsync(string app, RunMount mount, string? origin, CancellationToken ct)
    {
        var name = $"{app}\0{mount.Id}\0{mount.From}\0{mount.Source}";
        if (origin is not null) name += $"\0{origin}";
        else if ((mount.UserId, mount.GroupId, mount.Mode) != (0, 0, RunMount.CacheMode)) name += $"\0{mount.UserId}:{mount.GroupId}:{mount.Mode}";
        var path = Path.Combine(directory, "mounts", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name))));
        if (mount.Sharing == CacheSharing.Shared) return Make(path, mount, null, null);
        var turn = Turns.GetOrAdd(path, _ => new SemaphoreSlim(1));
        if (mount.Sharing == CacheSharing.Locked) await turn.WaitAsync(ct);
        // Whoever finds a private one taken gets an empty one for once.
        else if (!await turn.WaitAsync(0, ct)) return Make($"{path}-{Guid.NewGuid():N}", mount, null, path);
        return Make(path, mount, turn, null);
    }

    private static Lease Make(string path, RunMount mount, SemaphoreSlim? turn, string? temporaryOf)
    {
        var isNew = !Directory.Exists(path);
        Directory.CreateDirectory(path);
        if (isNew)
        {
            Files.ChangeOwner(path, mount.UserId, mount.GroupId);
            Files.ChangeMode(path, mount.Mode);
        }

        return new Lease(path, isNew, turn, temporaryOf is not null);
    }

    /// <summary>A directory in use.</summary>
    internal sealed class Lease(string path, bool isNew, SemaphoreSlim? turn, bool isTemporary) : IDisposable
    {
        public string Path { get; } = path;

        /// <summary>True where nothing was in it before.</summary>
        public bool IsNew { get; } = isNew;

        public void Dispose()
        {
            turn?.Release();
            if (isTemporary) TreeRemoval.Remove(Path);
        }
    }
}
