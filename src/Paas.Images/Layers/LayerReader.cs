using System.IO.Compression;
using Paas.Images.Interop;
using Paas.Images.Tar;
using Paas.Linux;
using Paas.Oci;

namespace Paas.Images.Layers;

/// <summary>Applies layers to directories, trusting nothing in them: no entry can reach outside of the directory.</summary>
public static class LayerReader
{
    private const int BufferSize = 256 * 1024;

    /// <summary>Applies a layer, plain or gzip, to a directory.</summary>
    /// <param name="layer">The blob; read to its end.</param>
    /// <param name="directory">Absolute path of an existing directory.</param>
    /// <param name="whiteouts">What removed files become.</param>
    /// <param name="cancellationToken">Checked between files; the directory is then half-applied.</param>
    /// <returns>The layer's diff id: the digest of the uncompressed tar.</returns>
    /// <exception cref="LayerFormatException">Not a tar, or an entry that would leave the directory.</exception>
    /// <exception cref="LinuxException">The filesystem refused something, e.g. no space, or device nodes without root.</exception>
    public static Task<Digest> ApplyAsync(
        Stream layer, string directory, WhiteoutHandling whiteouts, CancellationToken cancellationToken) =>
        ApplyAsync(layer, directory, whiteouts, [], cancellationToken);

    /// <inheritdoc cref="ApplyAsync(Stream, string, WhiteoutHandling, CancellationToken)"/>
    /// <param name="lowerDirectories">
    /// The layers below, uppermost first. Where the layer has a file but no entry for the file's directory, the directory
    /// gets the owner and mode it has there, instead of hiding them.
    /// </param>
    public static Task<Digest> ApplyAsync(
        Stream layer,
        string directory,
        WhiteoutHandling whiteouts,
        IReadOnlyList<string> lowerDirectories,
        CancellationToken cancellationToken) =>
        Task.Run(() => Apply(layer, directory, whiteouts, lowerDirectories, cancellationToken), cancellationToken);

    private static Digest Apply(
        Stream layer,
        string directory,
        WhiteoutHandling whiteouts,
        IReadOnlyList<string> lowerDirectories,
        CancellationToken cancellationToken)
    {
        try
        {
            using var tar = Decompress(new BufferedStream(layer, BufferSize));
            using var hashing = new HashingStream(tar);
            var buffered = new BufferedStream(hashing, BufferSize);
            var reader = new TarReader(buffered);
            using (var unpacking = new LayerUnpacking(directory, whiteouts, lowerDirectories))
            {
                while (reader.Next() is { } entry)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    unpacking.Apply(entry, reader);
                }

                unpacking.Complete();
            }

            // What follows the end belongs to the diff id all the same.
            buffered.CopyTo(Stream.Null, BufferSize);
            return hashing.Digest();
        }
        catch (Exception error) when (error is TarFormatException or InvalidDataException)
        {
            throw new LayerFormatException($"the layer is damaged: {error.Message}", error);
        }
    }

    private static Stream Decompress(Stream layer)
    {
        Span<byte> magic = stackalloc byte[4];
        var read = layer.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false);
        var whole = new PrefixedStream(magic[..read].ToArray(), layer);
        return magic switch
        {
            [0x1f, 0x8b, ..] => new GZipStream(whole, CompressionMode.Decompress),
            [0x28, 0xb5, 0x2f, 0xfd] => throw new LayerFormatException("zstd layers are not supported"),
            _ => whole,
        };
    }
}

/// <summary>What a layer's whiteouts become.</summary>
public enum WhiteoutHandling
{
    /// <summary>Overlayfs form, for a layer that stays a directory of its own: device 0/0, <c>trusted.overlay.opaque</c>. Needs root.</summary>
    Overlay,

    /// <summary>The named files are removed, for layers applied over each other into one directory.</summary>
    Remove,
}

/// <summary>A layer that cannot be applied, or files that cannot be in a layer.</summary>
public sealed class LayerFormatException(string message, Exception? inner = null) : IOException(message, inner);
