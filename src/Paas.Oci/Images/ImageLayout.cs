namespace Paas.Oci.Images;

/// <summary>The file <c>oci-layout</c> (image-spec, image-layout.md).</summary>
public sealed record ImageLayout
{
    public const string FileName = "oci-layout";
    public const string IndexFileName = "index.json";
    public const string Version = "1.0.0";

    /// <summary>The annotation of a descriptor in <c>index.json</c> that holds its reference (annotations.md).</summary>
    public const string ReferenceAnnotation = "org.opencontainers.image.ref.name";

    public required string ImageLayoutVersion { get; init; }
}
