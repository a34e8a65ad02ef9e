using Paas.Oci;

namespace Paas.Images;

public sealed partial class ContentStore
{
    /// <inheritdoc cref="ContentLease"/>
    public ContentLease Lease() => _leases.Open();

    /// <summary>Says that the digest, of a blob or of a chain of layers, is relied on by the work whose lease is open.</summary>
    public void Keep(Digest digest) => _leases.Note(digest);

    /// <summary>Every blob with its size in bytes. One that comes or goes meanwhile may or may not be among them.</summary>
    public IEnumerable<(Digest Digest, long Size)> Blobs()
    {
        foreach (var algorithm in Algorithms)
        {
            foreach (var file in new DirectoryInfo(Path.Combine(_blobs, algorithm)).EnumerateFiles())
            {
                if (Digest.TryParse($"{algorithm}:{file.Name}", out var digest) && LengthOf(file) is { } size) yield return (digest, size);
            }
        }
    }

    /// <summary>
    /// Removes the blobs that have no owner and that no lease keeps. Work that begins meanwhile waits. A crash in the middle
    /// leaves some of them for the next time.
    /// </summary>
    /// <param name="mark">
    /// Given what leases keep, says what is owned, now and not before; called once, inside, and never when the result is null.
    /// </param>
    /// <param name="remove">False only finds out.</param>
    /// <param name="alsoWhile">Called inside, after the blobs, with the owned: what else goes by the same owners.</param>
    /// <returns>What was, or would be, removed; null where another process has a lease, and nothing can be said.</returns>
    public IReadOnlyList<(Digest Digest, long Size)>? Sweep(
        Func<IReadOnlyCollection<Digest>, IReadOnlySet<Digest>> mark, bool remove, Action<IReadOnlySet<Digest>>? alsoWhile = null)
    {
        List<(Digest Digest, long Size)>? unowned = null;
        _leases.TrySweep(leased =>
        {
            var owned = mark(leased);
            // The small ones first: what names others should not outlive them.
            unowned = [.. Blobs().Where(blob => !owned.Contains(blob.Digest) && !leased.Contains(blob.Digest)).OrderBy(blob => blob.Size)];
            if (remove)
            {
                foreach (var (digest, _) in unowned) File.Delete(PathOf(digest));
            }

            alsoWhile?.Invoke(owned);
        });
        return unowned;
    }

    private static long? LengthOf(FileInfo file)
    {
        try
        {
            return file.Length;
        }
        catch (FileNotFoundException)
        {
            // Swept meanwhile.
            return null;
        }
    }
}
