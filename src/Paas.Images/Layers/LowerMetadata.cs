using Paas.Images.Interop;
using Paas.Linux;

namespace Paas.Images.Layers;

/// <summary>What directories look like in the layers below.</summary>
internal sealed class LowerMetadata(IReadOnlyList<string> directories) : IDisposable
{
    private readonly DirectoryHandle[] _roots = [.. directories.Select(DirectoryHandle.Open)];

    /// <summary>Status of the directory in the uppermost layer that has it.</summary>
    public FileStatus? Find(string rawPath)
    {
        foreach (var root in _roots)
        {
            try
            {
                using var directory = root.TryOpenBeneath(rawPath);
                if (directory is not null) return directory.Stat();
            }
            catch (LinuxException error) when (error.Errno is Errno.ELOOP or Errno.ENOTDIR)
            {
                // Something else of that name hides whatever is below.
                return null;
            }
        }

        return null;
    }

    public void Dispose()
    {
        foreach (var root in _roots) root.Dispose();
    }
}
