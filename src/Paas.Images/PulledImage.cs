using Paas.Oci.Images;

namespace Paas.Images;

/// <summary>
/// The mark of a reference to an image that was fetched from a registry, and can be fetched again. Whatever else has a name was built here,
/// brought in an archive or made of a container, and is nowhere else.
/// </summary>
public static class PulledImage
{
    private const string Annotation = "paas.pulled";

    /// <summary>The manifest as the reference names it.</summary>
    public static Descriptor Of(Descriptor manifest) => manifest.WithAnnotation(Annotation, "true");

    /// <summary>Whether what a reference names was fetched.</summary>
    public static bool IsOne(Descriptor named) => named.Annotations?.ContainsKey(Annotation) == true;
}
