using Paas.Images.Compression;
using Paas.Images.Tar;
using Paas.Linux;
using Paas.Oci;

namespace Paas.Images.Layers;

/// <summary>Applies layers to directories, trusting nothing in them: no entry can reach outside of the directory.</summary>
public static class LayerReader
{
    private const int BufferSize = 256 * 1024;

    /// <summary>Applies a layer, plain, gzip or zstd, to a directory.</summary>
    /// <param name="layer">The blob; read to its end.</param>
    /// <param name="directory">Absolute path of an existing directory.</param>
    /// <param name="whiteouts">What removed files become.</param>
    /// <param name="cancellationToken">Checked between files; the directory is then half-applied.</param>
    /// <returns>The layer's diff id: the digest of the uncompressed tar.</returns>
    /// <exception cref="LayerFormatException">Not a tar, or an entry that would leave the directory.</exception>
    /// <exception cref="LinuxException">The filesystem refused something, e.g. no space, or device nodes without root.</exception>
    public static Task<Digest> ApplyAsync(
        Stream layer, string directory, WhiteoutHandling whiteouts, CancellationToken cancellationToken) =>
        ApplyAsync(layer, directory, whiteouts, [], LayerLimits.Default, cancellationToken);

    /// <inheritdoc cref="ApplyAsync(Stream, string, WhiteoutHandling, CancellationToken)"/>
    /// <param name="lowerDirectories">
    /// The layers below, uppermost first. Where the layer has a file but no entry for the file's directory, the directory
    /// gets the owner and mode it has there, instead of hiding them.
    /// </param>
    /// <param name="limits">How much is too much.</param>
    public static Task<Digest> ApplyAsync(
        Stream layer,
        string directory,
        WhiteoutHandling whiteouts,
        IReadOnlyList<string> lowerDirectories,
        LayerLimits limits,
        CancellationToken cancellationToken) =>
        Task.Run(() => Apply(layer, directory, whiteouts, EntryNames.BelowRoot, lowerDirectories, limits, cancellationToken), cancellationToken);

    /// <summary>
    /// Extracts somebody's own archive, plain, gzip or zstd, into a directory. Its entries may be named from the root or with a detour,
    /// and stay below the directory all the same; one that would replace the directory is passed over.
    /// </summary>
    /// <param name="archive">Read to its end.</param>
    /// <param name="directory">Absolute path of an existing directory.</param>
    /// <param name="cancellationToken">Checked between files; the directory is then half-filled.</param>
    /// <exception cref="LayerFormatException">Not a tar, or an entry that would leave the directory.</exception>
    /// <exception cref="LinuxException">The filesystem refused something, e.g. no space, or device nodes without root.</exception>
    public static Task ExtractAsync(Stream archive, string directory, CancellationToken cancellationToken) =>
        Task.Run(() => Apply(archive, directory, WhiteoutHandling.Remove, EntryNames.Any, [], LayerLimits.Default, cancellationToken), cancellationToken);

    private static Digest Apply(
        Stream layer,
        string directory,
        WhiteoutHandling whiteouts,
        EntryNames names,
        IReadOnlyList<string> lowerDirectories,
        LayerLimits limits,
        CancellationToken cancellationToken)
    {
        try
        {
            using var tar = Open(layer, limits);
            using var hashing = new HashingStream(tar);
            using var ahead = new ReadAheadStream(hashing);
            var reader = new TarReader(ahead, limits.MaximumBytes);
            using (var unpacking = new LayerUnpacking(directory, whiteouts, names, lowerDirectories))
            {
                for (var entries = 0; reader.Next() is { } entry; entries++)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    if (entries == limits.MaximumEntries) throw new LayerFormatException($"the layer has more than {limits.MaximumEntries} entries");
                    unpacking.Apply(entry, reader);
                }

                unpacking.Complete();
            }

            // What follows the end belongs to the diff id all the same.
            ahead.CopyTo(Stream.Null, BufferSize);
            return hashing.Digest();
        }
        catch (Exception error) when (error is TarFormatException or InvalidDataException)
        {
            throw new LayerFormatException($"the layer is damaged: {error.Message}", error);
        }
    }

    /// <summary>The uncompressed tar of a layer, guarded.</summary>
    internal static Stream Open(Stream layer, LayerLimits limits)
    {
        var counting = new CountingStream(layer);
        var magic = new byte[LayerCompressions.MagicLength];
        var read = counting.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false);
        var whole = new PrefixedStream(magic[..read], counting);
        return new ExpansionGuard(LayerCompressions.Decompress(LayerCompressions.Detect(magic), new BufferedStream(whole, BufferSize)), counting, limits);
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
