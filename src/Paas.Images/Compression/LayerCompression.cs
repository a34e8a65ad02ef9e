using System.IO.Compression;
using Paas.Oci.Images;

namespace Paas.Images.Compression;

/// <summary>How a layer's tar is stored (image-spec, layer.md; media-types.md).</summary>
public enum LayerCompression
{
    /// <summary>As it is.</summary>
    None,

    /// <summary>RFC 1952.</summary>
    Gzip,

    /// <summary>RFC 8878.</summary>
    Zstd,
}

/// <summary>From a compression to streams and media types and back.</summary>
internal static class LayerCompressions
{
    /// <summary>Bytes that tell the compressions apart.</summary>
    public const int MagicLength = 4;

    /// <summary>What the content itself says, whatever its media type does: tools have written wrong ones.</summary>
    public static LayerCompression Detect(ReadOnlySpan<byte> magic) => magic switch
    {
        [0x1f, 0x8b, ..] => LayerCompression.Gzip,
        [0x28, 0xb5, 0x2f, 0xfd, ..] => LayerCompression.Zstd,
        // A skippable frame, which may stand before the others.
        [>= 0x50 and <= 0x5f, 0x2a, 0x4d, 0x18, ..] => LayerCompression.Zstd,
        _ => LayerCompression.None,
    };

    public static string MediaType(LayerCompression compression) => compression switch
    {
        LayerCompression.Gzip => MediaTypes.LayerGzip,
        LayerCompression.Zstd => MediaTypes.LayerZstd,
        _ => MediaTypes.Layer,
    };

    /// <summary>A stream to read the tar from.</summary>
    public static Stream Decompress(LayerCompression compression, Stream content) => compression switch
    {
        LayerCompression.Gzip => new GZipStream(content, CompressionMode.Decompress, leaveOpen: true),
        LayerCompression.Zstd => new ZstdReadStream(content),
        _ => content,
    };

    /// <summary>A stream to write the tar to; disposing it ends the content, and leaves <paramref name="output"/> open. Null stores as it is.</summary>
    public static Stream? Compress(LayerCompression compression, Stream output) => compression switch
    {
        LayerCompression.Gzip => new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true),
        LayerCompression.Zstd => new ZstdWriteStream(output, ZstdWriteStream.DefaultLevel),
        _ => null,
    };
}
