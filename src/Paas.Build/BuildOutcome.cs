using Paas.Oci;

namespace Paas.Build;

/// <summary>What a build made.</summary>
/// <param name="Image">Digest of the image's manifest, in the content store.</param>
/// <param name="Processes">Process type → command: as a shell reads it, or a JSON array of words for one without a shell.</param>
/// <param name="SizeBytes">Sum of the image's layers as stored, in bytes.</param>
/// <param name="Port">Where its web process listens of itself; null where it follows <c>PORT</c>.</param>
public sealed record BuildOutcome(Digest Image, IReadOnlyDictionary<string, string> Processes, long SizeBytes, int? Port = null)
{
    /// <summary>
    /// True where nothing but <see cref="BuildInputs"/> and what package managers fetched decided about it: no buildpack that its owner may
    /// exchange at any time under the same name, no base image of a Dockerfile.
    /// </summary>
    public bool IsRepeatable { get; init; }

    /// <summary>How much of it was there already, in words; null where that is not known.</summary>
    public string? Reuse { get; init; }

    /// <summary>What its time went to; null where that was not measured.</summary>
    public BuildTimes? Times { get; init; }
}
