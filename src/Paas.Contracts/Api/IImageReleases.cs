namespace Paas.Contracts.Api;

/// <summary>Releases of images that others have built: in process, and over HTTP, as <see cref="IPlatform"/>.</summary>
public interface IImageReleases
{
    /// <summary>
    /// Pulls an image and releases it: its command is <c>web</c>. The last event has the result. InvalidRequest for what is no reference
    /// or cannot run here, NotFound and Forbidden where the registry says so, DeploymentFailed where it does not become healthy (what was
    /// live goes on). <c>POST /v1/apps/{app}/image</c>
    /// </summary>
    IAsyncEnumerable<BuildEvent> DeployImageAsync(string app, DeployImageRequest request, CancellationToken ct);
}

/// <summary><c>POST /v1/apps/{app}/image</c>.</summary>
/// <param name="Image">A reference as Docker takes it: <c>nginx</c>, <c>ghcr.io/team/app:v1</c>.</param>
public sealed record DeployImageRequest(string Image);
