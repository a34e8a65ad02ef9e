using Paas.Contracts.Api;
using Paas.ControlPlane.Store;
using Paas.Images;
using Paas.Oci;
using Paas.Oci.Images;

namespace Paas.ControlPlane.Registry;

/// <summary>What there is of images, by app, and what it takes: every blob counted once, and where it belongs to several, as shared.</summary>
internal sealed class ImageCatalog(AppStore apps, ReleaseStore releases, RegistryStore registry, ContentStore content)
{
    /// <summary>Apps by name, and the platform's own base images last.</summary>
    internal IReadOnlyList<AppImagesDocument> Use()
    {
        var images = All();
        var blobsOf = images.Select(image => image.Digest).Distinct().ToDictionary(image => image, BlobsOf);
        var owners = images.SelectMany(image => blobsOf[image.Digest].Keys.Select(blob => (Blob: blob, image.App)))
            .Distinct().GroupBy(pair => pair.Blob).ToDictionary(group => group.Key, group => group.Count());
        return
        [
            .. images.GroupBy(image => image.App).OrderBy(group => group.Key is null).ThenBy(group => group.Key, StringComparer.Ordinal).Select(group =>
            {
                var blobs = group.SelectMany(image => blobsOf[image.Digest]).DistinctBy(blob => blob.Key).ToList();
                return new AppImagesDocument(
                    group.Key,
                    group.Select(image => image.Digest).Distinct().Count(),
                    blobs.Where(blob => owners[blob.Key] == 1).Sum(blob => blob.Value),
                    blobs.Where(blob => owners[blob.Key] > 1).Sum(blob => blob.Value));
            }),
        ];
    }

    /// <summary>The images of an app, those of its newest releases first.</summary>
    internal IReadOnlyList<ImageDocument> Of(string app)
    {
        var live = apps.Get(app).LiveRelease is { } version ? releases.Find(app, version)?.Image : null;
        var images = All();
        var blobsOf = images.Select(image => image.Digest).Distinct().ToDictionary(image => image, BlobsOf);
        var holders = blobsOf.Values.SelectMany(blobs => blobs.Keys)
            .GroupBy(blob => blob).ToDictionary(group => group.Key, group => group.Count());
        return
        [
            .. images.Where(image => image.App == app).GroupBy(image => image.Digest).Select(group =>
            {
                var blobs = blobsOf[group.Key];
                var unique = blobs.Where(blob => holders[blob.Key] == 1).Sum(blob => blob.Value);
                return new ImageDocument(
                    group.Key.ToString(), [.. group.Select(image => image.Name)], blobs.Values.Sum(), unique, blobs.Values.Sum() - unique, group.Key == live);
            }),
        ];
    }

    /// <summary>The digest that the app knows by this name: a release, a tag, <c>sub:tag</c>, or a digest of one of its images. Null for another.</summary>
    internal Digest? Find(string app, string name)
    {
        bool IsMeant(NamedImage image) =>
            image.Name == name || image.Digest.ToString() == name || (name.Length >= 12 && image.Digest.Hex.StartsWith(name, StringComparison.Ordinal));
        return All().Where(image => image.App == app && IsMeant(image)).Select(image => (Digest?)image.Digest).FirstOrDefault();
    }

    private List<NamedImage> All()
    {
        var all = new List<NamedImage>();
        foreach (var app in apps.List())
        {
            all.AddRange(releases.List(app.Name).Select(release => new NamedImage(app.Name, release.Image, $"v{release.Version}")));
            all.AddRange(registry.TagsOf(app.Name).Select(tag => new NamedImage(app.Name, tag.Digest, tag.Name)));
        }

        all.AddRange(content.References().Select(named => new NamedImage(null, named.Value.Digest, named.Key)));
        return [.. all.Where(image => content.Contains(image.Digest))];
    }

    private IReadOnlyDictionary<Digest, long> BlobsOf(Digest image)
    {
        var blobs = new Dictionary<Digest, long>();
        Add(image, blobs);
        return blobs;
    }

    private void Add(Digest manifest, Dictionary<Digest, long> blobs)
    {
        if (content.SizeOf(manifest) is not { } size || !blobs.TryAdd(manifest, size)) return;
        var links = ManifestLinks.Parse(File.ReadAllBytes(content.PathOf(manifest)), null);
        foreach (var blob in links.Blobs)
        {
            if (content.SizeOf(blob.Digest) is { } stored) blobs.TryAdd(blob.Digest, stored);
        }

        foreach (var child in links.Manifests) Add(child.Digest, blobs);
    }

    private readonly record struct NamedImage(string? App, Digest Digest, string Name);
}
