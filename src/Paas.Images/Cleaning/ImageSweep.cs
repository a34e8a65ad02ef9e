using Paas.Images.Snapshots;
using Paas.Oci;
using Paas.Oci.Images;

namespace Paas.Images.Cleaning;

/// <summary>What a sweep removed, or would.</summary>
/// <param name="Blobs">How many.</param>
/// <param name="BlobBytes">Their size.</param>
/// <param name="Snapshots">Unpacked layers.</param>
/// <param name="SnapshotBytes">Size of their files.</param>
public sealed record SweepReport(int Blobs, long BlobBytes, int Snapshots, long SnapshotBytes);

/// <summary>
/// Garbage collection: everything in the content store and among the snapshots that no owner names, directly or through what it
/// names, and that no lease keeps, is removed. docs/decisions/0021.
/// </summary>
public sealed class ImageSweep(ImageStore images, IEnumerable<ContentOwner> owners)
{
    // Indexes may name indexes; nothing real goes deeper.
    private const int Depth = 8;

    private readonly IReadOnlyList<ContentOwner> _owners = [.. owners];

    /// <summary>Sweeps once. Null where another process works in the store: then it is for another time.</summary>
    /// <param name="remove">False only finds out.</param>
    public SweepReport? Run(bool remove)
    {
        var (discarded, bytes) = (0, 0L);
        var chains = new HashSet<Digest>();
        var blobs = images.Content.Sweep(
            leased =>
            {
                chains.UnionWith(leased);
                return Mark(chains);
            },
            remove,
            _ => (discarded, bytes) = SweepSnapshots(chains, remove));
        if (blobs is null) return null;
        // The slow part, when others may go on.
        if (remove) images.Snapshotter.EmptyTrash();
        return new SweepReport(blobs.Count, blobs.Sum(blob => blob.Size), discarded, bytes);
    }

    private HashSet<Digest> Mark(HashSet<Digest> chains)
    {
        var owned = new HashSet<Digest>();
        foreach (var root in _owners.SelectMany(owner => owner())) Mark(root.Digest, root.Unpacked, owned, chains, Depth);
        return owned;
    }

    private void Mark(Digest digest, bool unpacked, HashSet<Digest> owned, HashSet<Digest> chains, int depth)
    {
        if (!owned.Add(digest) && !unpacked) return;
        if (depth == 0 || Links(digest) is not { } links) return;
        owned.UnionWith(links.Blobs.Select(blob => blob.Digest));
        foreach (var manifest in links.Manifests) Mark(manifest.Digest, unpacked, owned, chains, depth - 1);
        if (unpacked && links.Blobs.Count > 0) MarkChains(links.Blobs[0].Digest, chains);
    }

    private ManifestLinks? Links(Digest digest)
    {
        // Layers are owned by digest too, and no manifest is as large as most of them.
        const long Largest = 16 << 20;
        var file = new FileInfo(images.Content.PathOf(digest));
        if (!file.Exists || file.Length > Largest) return null;
        try
        {
            return ManifestLinks.Parse(File.ReadAllBytes(file.FullName), null);
        }
        catch (OciFormatException)
        {
            return null;
        }
    }

    private void MarkChains(Digest config, HashSet<Digest> chains)
    {
        try
        {
            var parsed = ImageDocuments.ParseConfig(File.ReadAllBytes(images.Content.PathOf(config)));
            chains.UnionWith(ChainIds.Of(parsed.Rootfs.DiffIds));
        }
        catch (Exception error) when (error is OciFormatException or FileNotFoundException)
        {
            // An artifact, or not all here: nothing of it can have been unpacked.
        }
    }

    private (int Count, long Bytes) SweepSnapshots(HashSet<Digest> chains, bool remove)
    {
        var gone = images.Snapshotter.Discard(chain => !chains.Contains(chain), remove);
        return (gone.Count, gone.Sum(snapshot => snapshot.Bytes));
    }
}
