namespace Paas.Images.Layers;

/// <summary>How a layer says that something of the layers below is gone (image-spec, layer.md, "Whiteouts").</summary>
internal static class Whiteouts
{
    public const string Prefix = ".wh.";

    /// <summary>Everything the directory has in lower layers is gone.</summary>
    public const string Opaque = ".wh..wh..opq";

    /// <summary>Other names beginning so are notes of AUFS, not files.</summary>
    public const string MetadataPrefix = ".wh..wh.";

    /// <summary>Overlayfs's form of <see cref="Opaque"/>, on the directory.</summary>
    public const string OpaqueAttribute = "trusted.overlay.opaque";

    /// <summary>A directory that was renamed; its content would have to be looked for elsewhere.</summary>
    public const string RedirectAttribute = "trusted.overlay.redirect";

    /// <summary>A file whose content is still in a lower layer.</summary>
    public const string MetacopyAttribute = "trusted.overlay.metacopy";
}
