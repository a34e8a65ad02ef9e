using Paas.Images;
using Paas.Oci;
using Paas.Oci.Distribution;
using Paas.Oci.Images;

namespace Paas.ControlPlane.Registry;

/// <summary>A manifest as it was pushed, byte for byte.</summary>
/// <param name="Digest">As it was asked for.</param>
/// <param name="MediaType">As it was pushed.</param>
/// <param name="Content">The document.</param>
public sealed record RegistryManifest(Digest Digest, string MediaType, byte[] Content);

public sealed partial class ImageRegistry
{
    /// <summary>The manifest of a tag or digest. MANIFEST_UNKNOWN where the repository has none such, DIGEST_INVALID for what is neither.</summary>
    public async Task<RegistryManifest> GetManifestAsync(string repository, string reference, CancellationToken ct)
    {
        var digest = Find(repository, reference) ?? throw ManifestUnknown(repository, reference);
        try
        {
            var content = await _content.ReadAsync(digest, ct);
            var mediaType = _store.FindManifest(repository, digest)?.MediaType ?? ManifestLinks.Parse(content, null).MediaType;
            return new RegistryManifest(digest, mediaType, content);
        }
        catch (ContentNotFoundException)
        {
            throw ManifestUnknown(repository, reference);
        }
    }

    /// <summary>
    /// Takes a manifest. MANIFEST_INVALID for what is none, MANIFEST_BLOB_UNKNOWN where a blob that it names has not been pushed to the
    /// repository; its subject may be missing, and so may manifests of an index: who needs few platforms copies few.
    /// </summary>
    /// <param name="repository">Gets it.</param>
    /// <param name="digest">What it was said to be; null where only tags were given. DIGEST_INVALID where it is another.</param>
    /// <param name="tags">Name it from now on. MANIFEST_INVALID for what is no tag.</param>
    /// <param name="mediaType">As it was sent; null where nobody said.</param>
    /// <param name="content">The document.</param>
    /// <param name="ct">Before it is recorded.</param>
    /// <returns>Its digest, and its subject's.</returns>
    public async Task<(Digest Digest, Digest? Subject)> PutManifestAsync(
        string repository, Digest? digest, IReadOnlyList<string> tags, string? mediaType, byte[] content, CancellationToken ct)
    {
        if (tags.FirstOrDefault(tag => !Reference.IsTag(tag)) is { } wrong)
            throw new RegistryRefusalException(RegistryErrorCode.ManifestInvalid, $"'{wrong}' is no tag: 1 to 128 letters, digits and . _ -");
        if (digest is { IsComputable: false }) throw new RegistryRefusalException(RegistryErrorCode.DigestInvalid, $"{digest}: sha256 and sha512 are the algorithms of this registry");
        var actual = Digest.Compute(content, digest?.Algorithm ?? Digest.Sha256);
        if (digest is { } said && said != actual) throw new RegistryRefusalException(RegistryErrorCode.DigestInvalid, $"the manifest's digest is {actual}, not {said}");
        RequireRoom(content.Length);
        var links = Parse(content, mediaType);

        using var lease = _content.Lease();
        RequireNamed(repository, links);
        // One that the repository has was on disk before its row was.
        if (_store.FindManifest(repository, actual) is null || !_content.Contains(actual)) await _content.WriteAsync(new MemoryStream(content), links.MediaType, actual, ct);
        var deploy = DeployedTag(repository, tags);
        _store.AddManifest(repository, actual, content.Length, links, tags, deploy);
        if (deploy is not null) DeploymentRequested?.Invoke();
        return (actual, links.Subject?.Digest);
    }

    /// <summary>
    /// Takes a tag away, or a manifest with all its tags. MANIFEST_UNKNOWN where there is none such, DENIED for one of a release.
    /// </summary>
    public void DeleteManifest(string repository, string reference)
    {
        if (ParseReference(reference) is { } digest)
        {
            if (_store.RemoveManifest(repository, digest)) return;
        }
        else if (_store.RemoveTag(repository, reference))
        {
            return;
        }

        if (Find(repository, reference) is not null) throw OfRelease($"{repository}:{reference}");
        throw ManifestUnknown(repository, reference);
    }

    /// <summary>What is about that manifest, which need not exist: descriptors of manifests, with their annotations.</summary>
    /// <param name="repository">Where.</param>
    /// <param name="subject">The manifest.</param>
    /// <param name="artifactType">Only of this type; null for all.</param>
    /// <param name="ct">Ends the reading.</param>
    public async Task<IReadOnlyList<Descriptor>> ReferrersAsync(string repository, Digest subject, string? artifactType, CancellationToken ct)
    {
        var found = new List<Descriptor>();
        foreach (var referrer in _store.Referrers(repository, subject))
        {
            if (artifactType is not null && referrer.ArtifactType != artifactType) continue;
            var links = ManifestLinks.Parse(await _content.ReadAsync(referrer.Digest, ct), referrer.MediaType);
            found.Add(new Descriptor
            {
                MediaType = referrer.MediaType, Digest = referrer.Digest, Size = referrer.Size, ArtifactType = referrer.ArtifactType, Annotations = links.Annotations,
            });
        }

        return found;
    }

    private static ManifestLinks Parse(byte[] content, string? mediaType)
    {
        try
        {
            return ManifestLinks.Parse(content, mediaType);
        }
        catch (OciFormatException error)
        {
            throw new RegistryRefusalException(RegistryErrorCode.ManifestInvalid, error.Message);
        }
    }

    /// <summary>Null for a tag.</summary>
    private static Digest? ParseReference(string reference)
    {
        if (Digest.TryParse(reference, out var digest)) return digest;
        return Reference.IsTag(reference)
            ? null
            : throw new RegistryRefusalException(
                reference.Contains(':') ? RegistryErrorCode.DigestInvalid : RegistryErrorCode.ManifestInvalid, $"'{reference}' is neither a tag nor a digest");
    }

    private Digest? Find(string repository, string reference)
    {
        var main = RepositoryName.IsMain(repository);
        if (ParseReference(reference) is { } digest)
            return _store.FindManifest(repository, digest) is not null || (main && _releases.HasManifest(repository, digest)) ? digest : null;
        return _store.FindTag(repository, reference)?.Digest ?? (main ? _releases.FindTag(repository, reference) : null);
    }

    private void RequireNamed(string repository, ManifestLinks links)
    {
        var missing = links.Blobs.FirstOrDefault(blob => !MediaTypes.IsNondistributable(blob.MediaType) && !(HasBlob(repository, blob.Digest) && _content.Contains(blob.Digest)));
        if (missing is not null)
            throw new RegistryRefusalException(RegistryErrorCode.ManifestBlobUnknown, $"the manifest names {missing.Digest} ({missing.MediaType}), which was not pushed to {repository}");
    }

    private string? DeployedTag(string repository, IReadOnlyList<string> tags)
    {
        if (!RepositoryName.IsMain(repository) || _store.DeployTag(repository) is not { } wanted) return null;
        return wanted == RegistryStore.EveryTag ? (tags.Count > 0 ? tags[^1] : null) : tags.FirstOrDefault(tag => tag == wanted);
    }

    private static RegistryRefusalException ManifestUnknown(string repository, string reference) =>
        new(RegistryErrorCode.ManifestUnknown, $"{repository} has no manifest {reference}");
}
