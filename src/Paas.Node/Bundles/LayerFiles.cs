using Paas.Images.Snapshots;
using Paas.Linux;

namespace Paas.Node.Bundles;

/// <summary>Reads single files of an image out of its layers, without mounting them.</summary>
internal static class LayerFiles
{
    private const long LargestFile = 4 << 20;

    /// <summary>
    /// The text of a file, or null where the image has no regular file there. Symbolic links are not followed: an image could
    /// point them at the host.
    /// </summary>
    /// <param name="mount">The image's layers.</param>
    /// <param name="path">Relative, without <c>..</c>.</param>
    public static string? Read(OverlayMount mount, string path)
    {
        foreach (var layer in mount.LowerDirectories)
        {
            var at = layer;
            var parts = path.Split('/');
            for (var i = 0; i < parts.Length; i++)
            {
                at = Path.Combine(at, parts[i]);
                if (!Linux.Files.TryStatus(at, out var status)) break;
                if (i == parts.Length - 1) return status.IsRegular && status.Size <= LargestFile ? File.ReadAllText(at) : null;
                // A whiteout, or something in the way: the layers below do not show.
                if (!status.IsDirectory) return null;
            }
        }

        return null;
    }
}
