using System.Diagnostics;

namespace Paas.Build.Sources;

/// <summary>Removes what builds leave.</summary>
internal static class TreeRemoval
{
    /// <summary>Removes a path and everything below it, never through a link; nothing there is fine.</summary>
    public static void Remove(string path)
    {
        switch (EntryStatus.Of(path)?.Kind)
        {
            case null: return;
            case FileKind.Directory: RemoveDirectory(path); return;
            default: File.Delete(path); return;
        }
    }

    private static void RemoveDirectory(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (Exception error) when (error is IOException or ArgumentException)
        {
            // A name that is not UTF-8, or a path that is too long, cannot be said in .NET; a build that made one must not block those after it.
            using var rm = Process.Start(new ProcessStartInfo("/bin/rm", ["-rf", "--one-file-system", "--", path]))!;
            rm.WaitForExit();
            if (EntryStatus.Of(path) is not null) throw;
        }
    }
}
