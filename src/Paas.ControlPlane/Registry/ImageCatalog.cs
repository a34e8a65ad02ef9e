using Paas.Build.Dockerfiles.Building;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.ControlPlane.Cleanup;
using Paas.ControlPlane.Store;
using Paas.Images;
using Paas.Oci;
using Paas.Oci.Images;

namespace Paas.ControlPlane.Registry;

/// <summary>What there is of images, by app, and what it takes: every blob counted once, and where it belongs to several, as shared.</summary>
internal sealed class ImageCatalog(
    ControlPlaneOptions options, AppStore apps, ReleaseStore releases, RegistryStore registry, ContentStore content, TimeProvider time)
{
    // No app is called that.
    private const string StepOwner = ".steps";

    /// <summary>Apps by name, then the platform's own base images, and what is kept of Dockerfiles' steps.</summary>
    internal IReadOnlyList<AppImagesDocument> Use()
    {
        var images = All();
        var blobsOf = images.Select(image => image.Digest).Distinct().ToDictionary(image => image, BlobsOf);
        var steps = StepLayers();
        var owners = images.SelectMany(image => blobsOf[image.Digest].Keys.Select(blob => (Blob: blob, App: image.App ?? "")))
            .Concat(steps.Keys.Select(layer => (Blob: layer, App: StepOwner)))
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
            .. steps.Count == 0 ? (AppImagesDocument[])[] :
            [
                new(null, steps.Count, steps.Where(layer => owners[layer.Key] == 1).Sum(layer => layer.Value), steps.Where(layer => owners[layer.Key] > 1).Sum(layer => layer.Value))
                {
                    StepCache = true,
                },
            ],
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

    /// <summary>
    /// Of an index that was pushed to an app the manifest for this host; any other digest as it is. InvalidRequest where the index has
    /// none for it, or where that was not pushed to this app: an index may name what it likes, and another app's images are none of its.
    /// </summary>
    internal Digest HostManifest(string app, Digest image, string reference)
    {
        try
        {
            var json = File.ReadAllBytes(content.PathOf(image));
            if (!ImageDocuments.IsIndex(json)) return image;
            var (platform, index) = (Oci.Images.Platform.Current, ImageDocuments.ParseIndex(json));
            var chosen = PlatformChoice.Choose(index, platform).Digest;
            if (registry.HasManifestOf(app, chosen) || releases.List(app).Any(release => release.Image == chosen)) return chosen;
            throw new PaasException(
                ErrorCode.InvalidRequest, $"{reference} is an index, and what it names for {platform}, {chosen.Abbreviated}, was not pushed to {app}", "Push it with that: skopeo copy --all");
        }
        catch (Exception error) when (error is OciFormatException or FileNotFoundException)
        {
            throw new PaasException(ErrorCode.InvalidRequest, $"{reference} of {app} is no image that could run here: {error.Message}", null, error);
        }
    }

    private Dictionary<Digest, long> StepLayers() => DockerfileCache.Layers(options.CacheDirectory, CleanupServices.StepsKept(options, time.GetUtcNow()))
        .Select(layer => (Layer: layer, Size: content.SizeOf(layer))).Where(layer => layer.Size is not null).ToDictionary(layer => layer.Layer, layer => layer.Size!.Value);

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
