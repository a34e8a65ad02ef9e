using Paas.Images.Interop;
using Paas.Linux;

namespace Paas.Images;

/// <summary>How much is in a directory that anybody may have written.</summary>
public static class TreeSize
{
    /// <summary>
    /// Sum of the lengths of the regular files in it, in bytes, however deep they lie. Symbolic links are not followed: one may lead
    /// anywhere, also back. What goes meanwhile, what may not be read and what is mounted there is not counted.
    /// </summary>
    public static long Of(string path)
    {
        using var walk = new DirectoryWalk(DirectoryHandle.Open(path));
        var bytes = 0L;
        do
        {
            while (walk.Next() is { } name)
            {
                if (walk.Directory.Stat(name) is not { } status) continue;
                if (status.IsRegular) bytes += status.Size;
                else if (status.IsDirectory) TryDescend(walk, name);
            }
        }
        while (walk.TryAscend());
        return bytes;
    }

    private static void TryDescend(DirectoryWalk walk, string name)
    {
        try
        {
            walk.TryDescend(name, again: false);
        }
        catch (LinuxException error) when (error.Errno is Errno.EACCES or Errno.EXDEV)
        {
            // None of ours to count.
        }
    }
}
