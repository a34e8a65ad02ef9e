using Paas.Oci;
using Paas.Oci.Images;

namespace Paas.Images.Remote;

/// <summary>Brings images of the content store to registries. Safe for concurrent use.</summary>
public sealed class ImagePusher(ImageStore images, RegistryClient client)
{
    /// <summary>
    /// Pushes an image. Blobs that the registry has are not sent, and those it has in another repository it takes over from
    /// there; the manifest is last, so that a tag never names an image that is not whole.
    /// </summary>
    /// <param name="image">Whole in the content store.</param>
    /// <param name="to">Where to, as a person writes it; by digest, it must be the image's own.</param>
    /// <param name="progress">Hears of each blob; null hears nothing.</param>
    /// <param name="cancellationToken">Ends it; the registry may keep blobs that came over.</param>
    /// <exception cref="RegistryException">Why it cannot be done.</exception>
    public async Task PushAsync(Image image, Reference to, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        var normal = to.Normalize();
        if (normal.Digest is { } named && named != image.Digest)
            throw new RegistryException(RegistryFailure.Invalid, $"the image is {image.Digest} and cannot be pushed as {normal}");
        var target = await client.TargetAsync(normal, cancellationToken);
        var origins = await OriginsAsync(normal, cancellationToken);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = client.Options.ParallelTransfers, CancellationToken = cancellationToken };
        var blobs = image.Manifest.Layers.Append(image.Manifest.Config).DistinctBy(blob => blob.Digest);
        await Parallel.ForEachAsync(blobs, parallel, async (blob, token) => await PushBlobAsync(target, blob, origins.GetValueOrDefault(blob.Digest), progress, token));
        var manifest = await images.Content.ReadAsync(image.Digest, cancellationToken);
        await target.PutManifestAsync(RegistryClient.TagOrDigest(normal), image.Descriptor, manifest, cancellationToken);
    }

    /// <summary>Repositories of the same registry that have a blob, as far as the references here tell.</summary>
    private async Task<Dictionary<Digest, string>> OriginsAsync(Reference normal, CancellationToken cancellationToken)
    {
        var origins = new Dictionary<Digest, string>();
        foreach (var (name, descriptor) in images.Content.References())
        {
            if (!Reference.TryParse(name, out var reference) || reference.Domain != normal.Domain || reference.Path == normal.Path) continue;
            if (!MediaTypes.IsManifest(descriptor.MediaType) || !images.Content.Contains(descriptor.Digest)) continue;
            var manifest = ImageDocuments.ParseManifest(await images.Content.ReadAsync(descriptor.Digest, cancellationToken));
            foreach (var layer in manifest.Layers) origins.TryAdd(layer.Digest, reference.Path);
        }

        return origins;
    }

    private async Task PushBlobAsync(
        RemoteRepository target, Descriptor blob, string? origin, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        if (await target.HasBlobAsync(blob.Digest, cancellationToken))
        {
            progress?.Report(new TransferProgress(blob.Digest, TransferStage.Present, blob.Size, blob.Size));
            return;
        }

        for (var attempts = 1; ; attempts++)
        {
            try
            {
                var address = await StartAsync(target, blob, origin, cancellationToken);
                if (address is null || await target.UploadAsync(address, blob.Digest, timer => new BlobContent(images.Content, blob, timer, progress), cancellationToken))
                {
                    progress?.Report(new TransferProgress(blob.Digest, address is null ? TransferStage.Mounted : TransferStage.Done, blob.Size, blob.Size));
                    return;
                }

                if (!client.Transport.Retry.Allows(attempts))
                    throw new RegistryException(RegistryFailure.Unavailable, $"{target.Endpoint} forgets each upload of {blob.Digest.Abbreviated}");
            }
            catch (RegistryException error) when (error.Failure is RegistryFailure.Unavailable or RegistryFailure.RateLimited && client.Transport.Retry.Allows(attempts))
            {
                // A new upload may fare better.
            }

            await client.Transport.Retry.WaitAsync(attempts, null, cancellationToken);
        }
    }

    private static async Task<Uri?> StartAsync(RemoteRepository target, Descriptor blob, string? origin, CancellationToken cancellationToken)
    {
        try
        {
            return await target.StartUploadAsync(blob.Digest, origin, cancellationToken);
        }
        catch (RegistryException error) when (origin is not null && error.Failure is RegistryFailure.Denied or RegistryFailure.Unauthenticated)
        {
            // We may push here, but not read there.
            return await target.StartUploadAsync(blob.Digest, null, cancellationToken);
        }
    }
}
