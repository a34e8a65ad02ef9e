namespace Paas.Images.Archives;

/// <summary>How an image is written into a tar.</summary>
public enum ArchiveFormat
{
    /// <summary>An OCI layout (image-spec, image-layout.md).</summary>
    Oci,

    /// <summary>The same with Docker's <c>manifest.json</c> on top, as newer <c>docker save</c> makes it: for every <c>docker load</c>.</summary>
    Docker,
}

/// <summary>An archive that holds no image, or none that can be used; the message is for the person who gave it.</summary>
public sealed class ArchiveFormatException(string message, Exception? inner = null) : IOException(message, inner);
