using System.Collections.Concurrent;
using Paas.ControlPlane.Domain;
using Paas.ControlPlane.Store;
using Paas.Images;
using Paas.Oci;

namespace Paas.ControlPlane.Health;

/// <summary>
/// Which instances have an image with a <c>HEALTHCHECK</c>: it speaks of the image's own command, so it is asked of the type <c>web</c> only.
/// Images never change, so what was read is remembered.
/// </summary>
internal sealed class ImageHealthchecks(ReleaseStore releases, ImageStore images)
{
    private const int Remembered = 1000;

    private readonly ConcurrentDictionary<Digest, ImageHealthcheck?> _checks = new();

    /// <summary>Null for another type, where the release or its image is not there, and where the image has none.</summary>
    internal async Task<ImageHealthcheck?> OfAsync(Instance instance, CancellationToken ct)
    {
        if (instance.Type != Formations.Web || releases.Find(instance.App, instance.Release) is not { } found) return null;
        if (_checks.TryGetValue(found.Image, out var known)) return known;
        if (_checks.Count >= Remembered) _checks.Clear();
        try
        {
            return _checks[found.Image] = ImageHealthcheck.Of((await images.LoadAsync(found.Image, ct)).Config);
        }
        catch (Exception error) when (error is ContentNotFoundException or OciFormatException)
        {
            return null;
        }
    }
}
