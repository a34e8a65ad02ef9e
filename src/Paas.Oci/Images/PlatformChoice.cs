namespace Paas.Oci.Images;

/// <summary>Which manifest of an index is for a platform (image-spec, image-index.md).</summary>
public static class PlatformChoice
{
    /// <summary>
    /// The manifest that runs best on <paramref name="platform"/>; the first among equals. A manifest without platform is
    /// taken only where none says that it fits.
    /// </summary>
    /// <exception cref="OciFormatException">None fits; the message names those there are.</exception>
    public static Descriptor Choose(ImageIndex index, Platform platform)
    {
        var images = index.Manifests.Where(manifest => MediaTypes.IsManifest(manifest.MediaType)).ToList();
        return images
            .Select(manifest => (Manifest: manifest, Rank: manifest.Platform is { } other ? platform.Accepts(other) : int.MaxValue))
            .Where(candidate => candidate.Rank is not null)
            .OrderBy(candidate => candidate.Rank)
            .Select(candidate => candidate.Manifest)
            .FirstOrDefault() ?? throw new OciFormatException($"the image has no variant for {platform}{Others(images)}");
    }

    private static string Others(List<Descriptor> images)
    {
        // Attestations stand in the index as manifests for "unknown/unknown".
        var names = images.Select(manifest => manifest.Platform).OfType<Platform>().Where(platform => platform.Os != "unknown").Distinct().Select(platform => $"{platform}").ToList();
        return names.Count == 0 ? "" : $"; it has {string.Join(", ", names)}";
    }
}
