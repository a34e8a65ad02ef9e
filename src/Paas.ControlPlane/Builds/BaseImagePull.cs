using Paas.Build;
using Paas.Images;
using Paas.Images.Remote;
using Paas.Oci;

namespace Paas.ControlPlane.Builds;

/// <summary>Fetches the base images of Dockerfiles from their registries.</summary>
internal sealed class BaseImagePull(ImagePuller puller)
{
    /// <inheritdoc cref="Build.Dockerfiles.Building.PullImage"/>
    internal async Task<Image> PullAsync(Reference reference, Oci.Images.Platform platform, Action<string> output, CancellationToken ct)
    {
        try
        {
            return await puller.PullAsync(reference, platform, new Arrivals(output), ct);
        }
        catch (RegistryException error)
        {
            throw new BuildException($"{reference} cannot be had: {error.Message}", error.Failure switch
            {
                RegistryFailure.NotFound => "Look for a mistake in its name.",
                RegistryFailure.Unauthenticated or RegistryFailure.Denied => "It may be private, or not exist.",
                _ => null,
            }, error);
        }
    }

    private sealed class Arrivals(Action<string> output) : IProgress<TransferProgress>
    {
        public void Report(TransferProgress value)
        {
            if (value.Stage is TransferStage.Done) output($"{value.Blob.Abbreviated}: {value.Size} bytes");
        }
    }
}
