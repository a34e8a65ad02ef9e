using Paas.Build.Sources;
using Paas.Images.Layers;

namespace Paas.Build.Dockerfiles.Building;

/// <summary>The directory of a context that came as a tar.</summary>
public static class DockerfileContext
{
    /// <summary>Extracts a context; everything in it becomes root's.</summary>
    /// <param name="tar">Plain or packed by gzip; read to its end.</param>
    /// <param name="directory">Absolute; made here.</param>
    /// <param name="ct">Cancels.</param>
    /// <exception cref="BuildException">It is empty, no tar, or has what a context cannot have.</exception>
    public static async Task ExtractAsync(Stream tar, string directory, CancellationToken ct)
    {
        Directory.CreateDirectory(directory);
        try
        {
            await LayerReader.ApplyAsync(tar, directory, WhiteoutHandling.Remove, ct);
        }
        catch (LayerFormatException error)
        {
            throw new BuildException($"the context cannot be unpacked: {error.Message}", inner: error);
        }

        SourceTree.TakeOver(directory, 0);
    }

    /// <summary>Removes a build's directory; nothing there is fine.</summary>
    public static void Remove(string directory) => TreeRemoval.Remove(directory);
}
