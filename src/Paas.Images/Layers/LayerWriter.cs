namespace Paas.Images.Layers;

/// <summary>Makes layers: directories as tar (image-spec, layer.md) straight into the content store, hashed on the way.</summary>
public static class LayerWriter
{
    /// <summary>
    /// Writes a directory's whole content, sorted, so that the same files give the same digest. Directories above
    /// <see cref="LayerOptions.Target"/> get entries too. Sockets are left out.
    /// </summary>
    /// <param name="store">Receives the layer.</param>
    /// <param name="directory">Absolute path; symbolic links below it are stored, never followed.</param>
    public static Task<Layer> WriteDirectoryAsync(
        ContentStore store, string directory, LayerOptions options, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>
    /// Writes what an overlay's upper directory changed: removed files and replaced directories become whiteouts
    /// (image-spec, layer.md, "Whiteouts").
    /// </summary>
    public static Task<Layer> WriteChangesAsync(
        ContentStore store, string upperDirectory, LayerOptions options, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}
