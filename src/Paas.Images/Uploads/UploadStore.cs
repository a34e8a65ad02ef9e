using System.Collections.Concurrent;
using Paas.Oci;

namespace Paas.Images.Uploads;

/// <summary>
/// Blobs that come in pieces, over several requests and perhaps days: <c>uploads/ID/{owner, data}</c> beside the blobs, so that a
/// finished one becomes a blob without being copied. They survive a restart; one that nobody went on with is removed by
/// <see cref="Expire"/>.
/// </summary>
public sealed class UploadStore
{
    private readonly ContentStore _content;
    private readonly string _directory;
    private readonly ConcurrentDictionary<string, Upload> _open = new(StringComparer.Ordinal);

    public UploadStore(ContentStore content)
    {
        _content = content;
        _directory = Path.Combine(content.Root, "uploads");
        Directory.CreateDirectory(_directory);
    }

    /// <summary>Begins an upload.</summary>
    /// <param name="owner">Whose it is: only found again under the same.</param>
    /// <param name="algorithm">Of the digest that it will be asked for, so that nothing is read twice; another one works too.</param>
    public Upload Start(string owner, string algorithm)
    {
        var id = Guid.NewGuid().ToString();
        var path = Directory.CreateDirectory(Path.Combine(_directory, id)).FullName;
        File.WriteAllText(Path.Combine(path, Upload.DataFile), "");
        File.WriteAllText(Path.Combine(path, Upload.OwnerFile), owner);
        return _open[id] = new Upload(_content, path, algorithm);
    }

    /// <summary>An upload under way, also of an earlier process; null where there is none of that owner.</summary>
    public Upload? Find(string owner, string id)
    {
        // Only what we gave out ourselves may become a path.
        if (!Guid.TryParseExact(id, "D", out _)) return null;
        var path = Path.Combine(_directory, id);
        if (OwnerOf(path) != owner) return null;
        return _open.GetOrAdd(id, _ => new Upload(_content, path, Digest.Sha256));
    }

    /// <summary>Forgets an upload and what came of it.</summary>
    public void Remove(Upload upload)
    {
        _open.TryRemove(upload.Id, out _);
        upload.Delete();
    }

    /// <summary>Removes the uploads that nothing came for since then, and those of owners that are gone.</summary>
    /// <param name="before">Last written before this.</param>
    /// <param name="exists">Whether an owner still exists.</param>
    /// <param name="remove">False only finds out.</param>
    /// <returns>How many, and of how many bytes.</returns>
    public (int Count, long Bytes) Expire(DateTimeOffset before, Func<string, bool> exists, bool remove)
    {
        var (count, bytes) = (0, 0L);
        foreach (var path in Directory.EnumerateDirectories(_directory))
        {
            var data = new FileInfo(Path.Combine(path, Upload.DataFile));
            var written = data.Exists ? data.LastWriteTimeUtc : Directory.GetLastWriteTimeUtc(path);
            if (written >= before.UtcDateTime && (OwnerOf(path) is not { } owner || exists(owner))) continue;
            if (_open.TryGetValue(Path.GetFileName(path), out var upload) && upload.IsBusy) continue;
            (count, bytes) = (count + 1, bytes + (data.Exists ? data.Length : 0));
            if (!remove) continue;
            _open.TryRemove(Path.GetFileName(path), out _);
            Directory.Delete(path, recursive: true);
        }

        return (count, bytes);
    }

    private static string? OwnerOf(string path)
    {
        try
        {
            return File.ReadAllText(Path.Combine(path, Upload.OwnerFile));
        }
        catch (IOException)
        {
            return null;
        }
    }
}
