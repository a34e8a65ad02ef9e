using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.ControlPlane.Deployments;
using Paas.ControlPlane.Domain;
using Paas.ControlPlane.Store;
using Paas.Images;
using Paas.Images.Remote;
using Paas.Oci;

namespace Paas.ControlPlane.Registries;

/// <summary>From a registry to a release.</summary>
internal sealed class ImageReleases(ImagePuller puller, ImageDeployer deployer, ContentStore content, AppStore apps, AppUrls urls) : IImageReleases
{
    /// <inheritdoc/>
    public async IAsyncEnumerable<BuildEvent> DeployImageAsync(string app, DeployImageRequest request, [EnumeratorCancellation] CancellationToken ct)
    {
        apps.Get(app);
        if (!Reference.TryParse(request.Image, out var reference))
            throw new PaasException(ErrorCode.InvalidRequest, $"'{request.Image}' is not an image reference", "For example: nginx:1.27, or ghcr.io/team/app:v1");
        var lines = Channel.CreateUnbounded<string>();
        var work = RunAsync(app, reference, lines.Writer, ct);
        await foreach (var line in lines.Reader.ReadAllAsync(CancellationToken.None)) yield return new BuildEvent(line);
        var release = await work;
        yield return new BuildEvent(null, new BuildResultDocument(0, BuildStatus.Succeeded, release.Version, urls.Of(app)));
    }

    private async Task<Release> RunAsync(string app, Reference reference, ChannelWriter<string> lines, CancellationToken ct)
    {
        try
        {
            // The release owns the image when it is made; until then this does.
            using var lease = content.Lease();
            lines.TryWrite($"-----> Pulling {reference.Normalize()}");
            var image = await puller.PullAsync(reference, null, new Arrivals(lines), ct);
            return await deployer.DeployAsync(app, image.Digest, $"{reference}", line => lines.TryWrite(line), ct);
        }
        catch (RegistryException error)
        {
            throw RegistryProblem.Of(error, reference);
        }
        finally
        {
            lines.Complete();
        }
    }

    private sealed class Arrivals(ChannelWriter<string> lines) : IProgress<TransferProgress>
    {
        public void Report(TransferProgress value)
        {
            if (value.Stage == TransferStage.Done) lines.TryWrite($"       {value.Blob.Abbreviated}: {ByteSize.Text(value.Size)}");
            else if (value.Stage == TransferStage.Present) lines.TryWrite($"       {value.Blob.Abbreviated}: here already");
        }
    }
}
