using Paas.Images;
using Paas.Oci;
using Paas.Oci.Images;

namespace Paas.Build.Dockerfiles.Building;

/// <summary>Fetches an image from its registry into the store.</summary>
/// <param name="reference">Complete, with registry and tag or digest.</param>
/// <param name="platform">Which of its variants.</param>
/// <param name="output">Gets lines of progress.</param>
/// <param name="ct">Cancels.</param>
/// <exception cref="BuildException">It cannot be had.</exception>
public delegate Task<Image> PullImage(Reference reference, Platform platform, Action<string> output, CancellationToken ct);

/// <summary>The images that stages begin from: those of this host's store first, then their registries'.</summary>
internal sealed class BaseImages(ImageStore images, PullImage? pull, bool alwaysPull)
{
    /// <exception cref="BuildException">There is no such image.</exception>
    public async Task<Image> FindAsync(string text, Platform platform, Action<string> output, CancellationToken ct)
    {
        if (!Reference.TryParse(text, out var reference))
            throw new BuildException($"\"{text}\" is no image reference", "Write it like alpine:3.20 or registry.example.com/team/app:1.");
        var complete = reference.Normalize();
        var local = await FindLocalAsync(text, reference, complete, ct);
        if (local is not null && !(alwaysPull && pull is not null)) return local;
        if (pull is not null) return await pull(complete, platform, output, ct);
        throw new BuildException($"the image {text} is not on this host", "Name one of its images; paas images lists them.");
    }

    private async Task<Image?> FindLocalAsync(string text, Reference reference, Reference complete, CancellationToken ct)
    {
        if (reference.Digest is { } digest && images.Content.Contains(digest)) return await WholeAsync(digest, ct);
        string[] names = [text, $"{text}:latest", complete.ToString()];
        foreach (var name in names)
        {
            if (await images.FindAsync(name, ct) is not { } found) continue;
            if (images.Content.Resolve(name) is { } named && PulledImage.IsOne(named)) images.Content.NoteUse(named);
            return found;
        }

        return null;
    }

    // Of an index the store may have another platform's manifest only, or none.
    private async Task<Image?> WholeAsync(Digest digest, CancellationToken ct)
    {
        try
        {
            return await images.LoadAsync(digest, ct);
        }
        catch (ContentNotFoundException)
        {
            return null;
        }
    }
}
