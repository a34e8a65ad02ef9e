using Microsoft.Win32.SafeHandles;
using Paas.Linux;
using Paas.Oci;
using Paas.Oci.Images;

namespace Paas.Images;

/// <summary>
/// Content by digest, in an OCI image layout (image-spec, image-layout.md): <c>oci-layout</c>, <c>index.json</c>,
/// <c>blobs/sha256/…</c>, <c>blobs/sha512/…</c>, and <c>ingest/</c> for what is being written. Blobs are written once and never
/// change; reading takes no lock and sees only whole blobs. References are changed under a lock, so that several processes may do
/// it. What a piece of work writes or finds under its <see cref="Lease"/> stays until the lease ends, whatever a
/// <see cref="Sweep"/> finds unowned meanwhile. docs/decisions/0021.
/// </summary>
public sealed partial class ContentStore
{
    private static readonly string[] Algorithms = [Digest.Sha256, Digest.Sha512];

    private readonly string _blobs;
    private readonly string _ingest;
    private readonly LayoutIndex _index;
    private readonly LeaseBook _leases;

    /// <summary>Opens the layout, making it where it does not exist, and removes what a crash left half-written.</summary>
    /// <param name="root">Absolute path of the layout's directory.</param>
    /// <exception cref="OciFormatException">The directory holds a layout of another version.</exception>
    public ContentStore(string root)
    {
        Root = Path.GetFullPath(root);
        _blobs = Path.Combine(Root, "blobs");
        _ingest = Path.Combine(Root, "ingest");
        foreach (var algorithm in Algorithms) Directory.CreateDirectory(Path.Combine(_blobs, algorithm));
        Directory.CreateDirectory(_ingest);
        OpenLayout();
        _index = new LayoutIndex(Root);
        _leases = new LeaseBook(Root);
        IngestDirectory.RemoveLeftovers(_ingest);
    }

    /// <summary>Absolute path of the layout.</summary>
    public string Root { get; }

    /// <summary>True when the blob is there, whole. Under a lease it then stays.</summary>
    public bool Contains(Digest digest)
    {
        if (!digest.IsComputable) return false;
        _leases.Note(digest);
        return File.Exists(PathOf(digest));
    }

    /// <summary>Bytes of the blob; null where it is not there. Under a lease it then stays.</summary>
    public long? SizeOf(Digest digest)
    {
        if (!digest.IsComputable) return null;
        _leases.Note(digest);
        var file = new FileInfo(PathOf(digest));
        return file.Exists ? file.Length : null;
    }

    /// <summary>Where the blob is, or would be.</summary>
    /// <exception cref="NotSupportedException">The digest is neither sha256 nor sha512.</exception>
    public string PathOf(Digest digest) => digest.IsComputable
        ? Path.Combine(_blobs, digest.Algorithm, digest.Hex)
        : throw new NotSupportedException($"'{digest}': only sha256 and sha512 content can be stored");

    /// <summary>Opens a blob.</summary>
    /// <exception cref="ContentNotFoundException">It is not in the store.</exception>
    public Stream OpenRead(Digest digest)
    {
        _leases.Note(digest);
        try
        {
            return new FileStream(PathOf(digest), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
        }
        catch (FileNotFoundException)
        {
            throw new ContentNotFoundException(digest);
        }
    }

    /// <summary>Reads a whole document and checks it against its digest.</summary>
    /// <exception cref="ContentNotFoundException">It is not in the store.</exception>
    /// <exception cref="ContentMismatchException">The file was damaged.</exception>
    public async Task<byte[]> ReadAsync(Digest digest, CancellationToken cancellationToken)
    {
        _leases.Note(digest);
        try
        {
            var content = await File.ReadAllBytesAsync(PathOf(digest), cancellationToken);
            var actual = Digest.Compute(content, digest.Algorithm);
            return actual == digest ? content : throw new ContentMismatchException(digest, actual);
        }
        catch (FileNotFoundException)
        {
            throw new ContentNotFoundException(digest);
        }
    }

    /// <summary>A blob to be written as it comes; nothing is stored before its <see cref="BlobWriteStream.Complete"/>.</summary>
    /// <param name="algorithm">Of its digest: <see cref="Digest.Sha256"/> or <see cref="Digest.Sha512"/>.</param>
    public BlobWriteStream OpenWrite(string algorithm = Digest.Sha256) => new(this, _ingest, algorithm);

    /// <summary>Stores what is left in the stream. Returning means it is on disk.</summary>
    /// <exception cref="ContentMismatchException">The content has another digest than expected; nothing is stored.</exception>
    public async Task<Descriptor> WriteAsync(
        Stream content, string mediaType, Digest? expected, CancellationToken cancellationToken)
    {
        await using var writer = OpenWrite(expected?.Algorithm ?? Digest.Sha256);
        await content.CopyToAsync(writer, cancellationToken);
        return writer.Complete(mediaType, expected);
    }

    /// <inheritdoc cref="WriteAsync(Stream, string, Digest?, CancellationToken)"/>
    public async Task<Descriptor> WriteAsync(
        ReadOnlyMemory<byte> content, string mediaType, CancellationToken cancellationToken)
    {
        await using var writer = OpenWrite();
        await writer.WriteAsync(content, cancellationToken);
        return writer.Complete(mediaType);
    }

    /// <summary>Every reference and what it names.</summary>
    public IReadOnlyDictionary<string, Descriptor> References() => _index.References();

    /// <summary>What the reference names, or null.</summary>
    public Descriptor? Resolve(string reference) => _index.References().GetValueOrDefault(reference);

    /// <summary>Makes the reference name this descriptor from now on.</summary>
    public void SetReference(string reference, Descriptor descriptor)
    {
        _index.Set(reference, descriptor);
        NoteUse(descriptor);
    }

    /// <summary>Notes that this descriptor's content is in use now.</summary>
    public void NoteUse(Descriptor descriptor)
    {
        if (Contains(descriptor.Digest)) File.SetLastWriteTimeUtc(PathOf(descriptor.Digest), DateTime.UtcNow);
    }

    /// <summary>When this descriptor's content was last named or used; null where it is gone.</summary>
    public DateTimeOffset? UsedAt(Descriptor descriptor) =>
        Contains(descriptor.Digest) ? new DateTimeOffset(File.GetLastWriteTimeUtc(PathOf(descriptor.Digest)), TimeSpan.Zero) : null;

    /// <summary>Forgets the reference; the content stays. False when there is none.</summary>
    public bool RemoveReference(string reference) => _index.Remove(reference);

    /// <summary>Takes a finished file into the store under its digest, durable on return, unless the blob is there already.</summary>
    /// <param name="path">On the store's filesystem; moved away, or left where the blob is there.</param>
    /// <param name="file">The same, open.</param>
    /// <param name="digest">Of its content, which nobody changes any more.</param>
    internal void Adopt(string path, SafeFileHandle file, Digest digest)
    {
        _leases.Note(digest);
        var blob = PathOf(digest);
        if (!File.Exists(blob))
        {
            RandomAccess.FlushToDisk(file);
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
            File.Move(path, blob, overwrite: true);
        }

        // Also when another writer was first: it may not have come so far yet.
        Files.SyncDirectory(Path.GetDirectoryName(blob)!);
    }

    private void OpenLayout()
    {
        var path = Path.Combine(Root, ImageLayout.FileName);
        if (File.Exists(path))
        {
            ImageDocuments.ParseLayout(File.ReadAllBytes(path));
            return;
        }

        Files.WriteAtomically(path, ImageDocuments.Serialize(new ImageLayout { ImageLayoutVersion = ImageLayout.Version }), durable: true);
    }
}
