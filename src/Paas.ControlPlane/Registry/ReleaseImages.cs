using System.Collections.Concurrent;
using System.Globalization;
using Paas.ControlPlane.Domain;
using Paas.ControlPlane.Store;
using Paas.Images;
using Paas.Oci;
using Paas.Oci.Images;

namespace Paas.ControlPlane.Registry;

/// <summary>
/// The images of an app's releases as its repository shows them: <c>APP:v12</c>, <c>APP:latest</c> for the live one, and by digest.
/// Nothing is recorded for it: the releases themselves say so.
/// </summary>
internal sealed class ReleaseImages(AppStore apps, ReleaseStore releases, ContentStore content)
{
    private const int Remembered = 1000;

    private readonly ConcurrentDictionary<Digest, IReadOnlySet<Digest>> _blobs = new();

    internal Digest? FindTag(string app, string tag)
    {
        var version = tag == "latest" ? apps.Find(app)?.LiveRelease
            : tag.StartsWith('v') && int.TryParse(tag.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : null;
        return version is { } wanted && releases.Find(app, wanted) is { } release && content.Contains(release.Image) ? release.Image : null;
    }

    /// <summary>Manifests of releases, and the indexes that they were chosen from.</summary>
    internal bool HasManifest(string app, Digest digest)
    {
        if (!content.Contains(digest)) return false;
        var chosen = OriginIndex.Chosen(content, digest);
        return releases.List(app).Any(release => release.Image == digest || chosen.Contains(release.Image));
    }

    internal bool HasBlob(string app, Digest digest) => releases.List(app).Select(release => release.Image).Distinct().Any(image => BlobsOf(image).Contains(digest));

    /// <summary>The tags that stand for releases whose images are still here.</summary>
    internal IEnumerable<string> Tags(string app)
    {
        var kept = releases.List(app).Where(release => content.Contains(release.Image)).ToList();
        if (apps.Find(app)?.LiveRelease is { } live && kept.Any(release => release.Version == live)) yield return "latest";
        foreach (var release in kept) yield return $"v{release.Version}";
    }

    private IReadOnlySet<Digest> BlobsOf(Digest image)
    {
        if (_blobs.TryGetValue(image, out var known)) return known;
        if (!content.Contains(image)) return new HashSet<Digest>();
        if (_blobs.Count >= Remembered) _blobs.Clear();
        var links = ManifestLinks.Parse(File.ReadAllBytes(content.PathOf(image)), null);
        return _blobs[image] = links.Blobs.Select(blob => blob.Digest).ToHashSet();
    }
}
