using Paas.Images.Compression;
using Paas.Images.Tar;

namespace Paas.Images.Layers;

/// <summary>Makes layers: directories as tar (image-spec, layer.md) straight into the content store, hashed on the way.</summary>
public static class LayerWriter
{
    private const int BufferSize = 256 * 1024;

    /// <summary>
    /// Writes a directory's whole content, sorted, so that the same files give the same digest. Directories above
    /// <see cref="LayerOptions.Target"/> get entries too. Sockets are left out.
    /// </summary>
    /// <param name="store">Receives the layer.</param>
    /// <param name="directory">Absolute path; symbolic links below it are stored, never followed.</param>
    /// <param name="options">Where the files go in the image, owners and times.</param>
    /// <param name="cancellationToken">Checked between files; nothing is stored then.</param>
    /// <exception cref="LayerFormatException">A name begins with <c>.wh.</c>, which would mean a removed file.</exception>
    /// <exception cref="IOException">A file changed while it was read.</exception>
    public static Task<Layer> WriteDirectoryAsync(
        ContentStore store, string directory, LayerOptions options, CancellationToken cancellationToken) =>
        Task.Run(() => Write(store, directory, options, isUpper: false, cancellationToken), cancellationToken);

    /// <summary>
    /// Writes what an overlay's upper directory changed: removed files and replaced directories become whiteouts
    /// (image-spec, layer.md, "Whiteouts"). The overlay must have been mounted with <c>redirect_dir=off,metacopy=off</c>.
    /// </summary>
    /// <inheritdoc cref="WriteDirectoryAsync"/>
    public static Task<Layer> WriteChangesAsync(
        ContentStore store, string upperDirectory, LayerOptions options, CancellationToken cancellationToken) =>
        Task.Run(() => Write(store, upperDirectory, options, isUpper: true, cancellationToken), cancellationToken);

    private static Layer Write(
        ContentStore store, string directory, LayerOptions options, bool isUpper, CancellationToken cancellationToken)
    {
        using var blob = store.OpenWrite();
        using var compressed = LayerCompressions.Compress(options.Compression, blob);
        using var hashing = new HashingStream(compressed ?? blob);
        var buffered = new BufferedStream(hashing, BufferSize);
        var tar = new TarWriter(buffered);
        new LayerPacking(tar, options, isUpper, cancellationToken).Pack(directory);
        tar.End();
        buffered.Flush();
        compressed?.Dispose();
        var descriptor = blob.Complete(LayerCompressions.MediaType(options.Compression));
        return new Layer(descriptor, hashing.Digest());
    }
}
