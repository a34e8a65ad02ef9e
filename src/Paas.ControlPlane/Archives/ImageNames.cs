using Paas.Contracts.Errors;
using Paas.ControlPlane.Store;
using Paas.Images;
using Paas.Oci;

namespace Paas.ControlPlane.Archives;

/// <summary>Which image a person means: an app's, a reference's or a digest's.</summary>
internal sealed class ImageNames(AppStore apps, ReleaseStore releases, ImageStore images)
{
    /// <summary>The image, and the references it goes by under that name. NotFound where there is none, InvalidRequest for what is no name.</summary>
    internal async Task<(Image Image, IReadOnlyList<Reference> Names)> GetAsync(string text, CancellationToken ct)
    {
        if (apps.Find(text) is { } app)
        {
            var live = app.LiveRelease ?? throw new PaasException(ErrorCode.NotFound, $"{text} has no release yet, and so no image", "git push paas main makes the first one.");
            return (await LoadAsync(text, releases.Get(text, live).Image, ct), [Reference.Parse($"{text}:v{live}").Normalize()]);
        }

        // By the grammar of digests "app:v1" is one too, of an algorithm "app".
        if (Digest.TryParse(text, out var digest) && digest.IsComputable) return (await LoadAsync(text, digest, ct), []);
        if (!Reference.TryParse(text, out var reference))
            throw new PaasException(ErrorCode.InvalidRequest, $"'{text}' names no image", "Name an app, a reference like ghcr.io/team/app:v1, or a digest.");
        // The platform's own base images go by names that no registry has.
        foreach (var name in (string[])[text, $"{reference.Normalize()}"])
        {
            if (images.Content.Resolve(name) is { } descriptor) return (await LoadAsync(text, descriptor.Digest, ct), [reference.Normalize()]);
        }

        throw new PaasException(ErrorCode.NotFound, $"there is no app and no image {text} here", "Apps: paas apps. Bring an image in: paas images:import FILE");
    }

    private async Task<Image> LoadAsync(string text, Digest digest, CancellationToken ct)
    {
        try
        {
            return await images.LoadAsync(digest, ct);
        }
        catch (ContentNotFoundException error)
        {
            throw new PaasException(ErrorCode.NotFound, $"the image {text} is not here whole: {error.Digest} is missing", null, error);
        }
        catch (OciFormatException error)
        {
            throw new PaasException(ErrorCode.InvalidRequest, $"{text} is no image that can be used: {error.Message}", null, error);
        }
    }
}
