using Paas.Oci.Images;

namespace Paas.Images.Stacks;

/// <summary>Stacks kept outside of the store: an image layout per recipe. Copies are verified by their digests.</summary>
internal sealed class StackCache(string directory, StackRecipe recipe, StackOptions options)
{
    private readonly string _path = Path.Combine(directory, recipe.Digest.Hex);

    /// <summary>Copies the cached stack into the store; false when there is none.</summary>
    public async Task<bool> TryCopyToAsync(ImageStore images, CancellationToken cancellationToken)
    {
        if (!File.Exists(Path.Combine(_path, ImageLayout.IndexFileName))) return false;
        var cache = new ContentStore(_path);
        return await CopyAsync(cache, images.Content, cancellationToken);
    }

    /// <summary>Copies the store's stack into the cache.</summary>
    public async Task CopyFromAsync(ImageStore images, CancellationToken cancellationToken) =>
        await CopyAsync(images.Content, new ContentStore(_path), cancellationToken);

    private async Task<bool> CopyAsync(ContentStore from, ContentStore to, CancellationToken cancellationToken)
    {
        foreach (var reference in (string[])[options.RunReference, options.BuildReference])
        {
            if (from.Resolve(reference) is not { } descriptor) return false;
            var manifest = ImageDocuments.ParseManifest(await from.ReadAsync(descriptor.Digest, cancellationToken));
            foreach (var content in manifest.Layers.Append(manifest.Config).Append(descriptor))
            {
                if (to.Contains(content.Digest)) continue;
                await using var blob = from.OpenRead(content.Digest);
                await to.WriteAsync(blob, content.MediaType, content.Digest, cancellationToken);
            }

            to.SetReference(reference, descriptor);
        }

        return true;
    }
}
