using Paas.Oci;
using Paas.Oci.Images;

namespace Paas.Images;

/// <summary>
/// Content by digest, in an OCI image layout (image-spec, image-layout.md): <c>oci-layout</c>, <c>index.json</c>,
/// <c>blobs/sha256/…</c>. Blobs are written once and never change; reading takes no lock. One process writes references.
/// </summary>
public sealed class ContentStore
{
    /// <summary>Opens the layout, making it where it does not exist, and removes what a crash left half-written.</summary>
    /// <param name="root">Absolute path of the layout's directory.</param>
    public ContentStore(string root) => Root = root;

    /// <summary>Absolute path of the layout.</summary>
    public string Root { get; }

    /// <summary>True when the blob is there, whole.</summary>
    public bool Contains(Digest digest) => throw new NotImplementedException();

    /// <summary>Where the blob is, or would be.</summary>
    public string PathOf(Digest digest) => throw new NotImplementedException();

    /// <summary>Opens a blob.</summary>
    /// <exception cref="ContentNotFoundException">It is not in the store.</exception>
    public Stream OpenRead(Digest digest) => throw new NotImplementedException();

    /// <summary>Reads a whole document.</summary>
    /// <exception cref="ContentNotFoundException">It is not in the store.</exception>
    public Task<byte[]> ReadAsync(Digest digest, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Stores what is left in the stream. Returning means it is on disk.</summary>
    /// <exception cref="ContentMismatchException">The content has another digest than expected; nothing is stored.</exception>
    public Task<Descriptor> WriteAsync(Stream content, string mediaType, Digest? expected, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <inheritdoc cref="WriteAsync(Stream, string, Digest?, CancellationToken)"/>
    public Task<Descriptor> WriteAsync(ReadOnlyMemory<byte> content, string mediaType, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>Every reference and what it names.</summary>
    public IReadOnlyDictionary<string, Descriptor> References() => throw new NotImplementedException();

    /// <summary>What the reference names, or null.</summary>
    public Descriptor? Resolve(string reference) => throw new NotImplementedException();

    /// <summary>Makes the reference name this descriptor from now on.</summary>
    public void SetReference(string reference, Descriptor descriptor) => throw new NotImplementedException();

    /// <summary>Forgets the reference; the content stays. False when there is none.</summary>
    public bool RemoveReference(string reference) => throw new NotImplementedException();
}
