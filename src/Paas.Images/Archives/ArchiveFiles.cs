using Paas.Images.Compression;
using Paas.Images.Interop;
using Paas.Images.Layers;
using Paas.Images.Tar;
using Paas.Oci;

namespace Paas.Images.Archives;

/// <summary>
/// The files of an archive, taken into the content store in one pass, whatever their order: what a document at the end names
/// may have come first. Nothing is written under a name of the archive's.
/// </summary>
internal sealed class ArchiveFiles
{
    private const int MaximumFiles = 100_000;
    private const int MaximumLinks = 10;
    private const string BlobType = "application/octet-stream";
    private const int BufferSize = 256 * 1024;

    private readonly Dictionary<string, Digest> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _links = new(StringComparer.Ordinal);

    private ArchiveFiles()
    {
    }

    /// <summary>Reads a tar, plain or compressed, to its end.</summary>
    /// <exception cref="ArchiveFormatException">It is damaged, or a blob is not what its name says.</exception>
    public static ArchiveFiles Read(Stream archive, ContentStore store, LayerLimits limits, CancellationToken cancellationToken)
    {
        try
        {
            using var plain = LayerReader.Open(archive, limits);
            var reader = new TarReader(new BufferedStream(plain, BufferSize), limits.MaximumBytes);
            var files = new ArchiveFiles();
            while (reader.Next() is { } entry)
            {
                cancellationToken.ThrowIfCancellationRequested();
                files.Add(entry, reader, store);
            }

            return files;
        }
        catch (Exception error) when (error is TarFormatException or InvalidDataException or LayerFormatException)
        {
            throw new ArchiveFormatException($"the archive is damaged: {error.Message}", error);
        }
        catch (ContentMismatchException error)
        {
            throw new ArchiveFormatException($"the archive is damaged: {error.Expected} has other content", error);
        }
    }

    /// <summary>The content of a file; null when there is none.</summary>
    public Digest? Find(string path)
    {
        for (var links = 0; links < MaximumLinks; links++)
        {
            if (_files.TryGetValue(path, out var digest)) return digest;
            if (!_links.TryGetValue(path, out var target)) return null;
            path = target;
        }

        return null;
    }

    private void Add(TarEntry entry, TarReader content, ContentStore store)
    {
        if (_files.Count + _links.Count == MaximumFiles) throw new ArchiveFormatException($"the archive has more than {MaximumFiles} files");
        var path = Resolve("", RawPath.ToText(entry.Name));
        switch (entry.Kind)
        {
            case TarEntryKind.File when entry.Segments is not null:
                throw new ArchiveFormatException($"'{path}' of the archive is sparse, as nothing in an image's archive is");
            case TarEntryKind.File:
                _files[path] = Ingest(path, content, store);
                break;
            case TarEntryKind.SymbolicLink:
                // Older docker save has a layer that two images share once, and links for the rest.
                var slash = path.LastIndexOf('/');
                _links[path] = Resolve(slash < 0 ? "" : path[..slash], RawPath.ToText(entry.LinkName));
                break;
            case TarEntryKind.HardLink:
                _links[path] = Resolve("", RawPath.ToText(entry.LinkName));
                break;
        }
    }

    private static Digest Ingest(string path, TarReader content, ContentStore store)
    {
        Digest? named = null;
        if (path.Split('/') is ["blobs", var algorithm, var hex] && Digest.TryParse($"{algorithm}:{hex}", out var digest) && digest.IsComputable) named = digest;
        using var writer = store.OpenWrite(named?.Algorithm ?? Digest.Sha256);
        var buffer = GC.AllocateUninitializedArray<byte>(BufferSize);
        while (content.Read(buffer) is var read and > 0) writer.Write(buffer.AsSpan(0, read));
        return writer.Complete(BlobType, named).Digest;
    }

    private static string Resolve(string directory, string path)
    {
        var components = path.StartsWith('/') || directory.Length == 0 ? [] : directory.Split('/').ToList();
        foreach (var component in path.Split('/'))
        {
            if (component is "" or ".") continue;
            if (component != "..") components.Add(component);
            else if (components.Count > 0) components.RemoveAt(components.Count - 1);
        }

        return string.Join('/', components);
    }
}
