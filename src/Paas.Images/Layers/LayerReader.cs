using Paas.Oci;

namespace Paas.Images.Layers;

/// <summary>Applies layers to directories, trusting nothing in them: no entry can reach outside of the directory.</summary>
public static class LayerReader
{
    /// <summary>Applies a layer, plain or gzip, to a directory.</summary>
    /// <param name="layer">The blob; read to its end.</param>
    /// <param name="directory">Absolute path of an existing directory.</param>
    /// <returns>The layer's diff id: the digest of the uncompressed tar.</returns>
    /// <exception cref="LayerFormatException">Not a tar, or an entry that would leave the directory.</exception>
    public static Task<Digest> ApplyAsync(
        Stream layer, string directory, WhiteoutHandling whiteouts, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}

/// <summary>What a layer's whiteouts become.</summary>
public enum WhiteoutHandling
{
    /// <summary>Overlayfs form, for a layer that stays a directory of its own: device 0/0, <c>trusted.overlay.opaque</c>.</summary>
    Overlay,

    /// <summary>The named files are removed, for layers applied over each other into one directory.</summary>
    Remove,
}

/// <summary>A layer that cannot be applied.</summary>
public sealed class LayerFormatException(string message, Exception? inner = null) : IOException(message, inner);
