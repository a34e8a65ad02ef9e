using System.Runtime.InteropServices;
using Paas.Linux;

namespace Paas.Images.Interop;

/// <summary>Files that survive a power cut whole: the old content or the new, never a part.</summary>
internal static class DurableFiles
{
    /// <summary>Replaces a file: temporary name, fsync, rename, fsync of the directory.</summary>
    public static void Replace(string path, ReadOnlySpan<byte> content)
    {
        var temporary = $"{path}.{Guid.NewGuid():n}.tmp";
        try
        {
            using (var file = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                RandomAccess.Write(file, content, 0);
                RandomAccess.FlushToDisk(file);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }

        SynchronizeDirectory(Path.GetDirectoryName(path)!);
    }

    /// <summary>Makes the names in a directory durable.</summary>
    public static void SynchronizeDirectory(string path) => Synchronize(path, "fsync", Libc.Synchronize);

    /// <summary>Makes everything written so far to the directory's filesystem durable.</summary>
    public static void SynchronizeFilesystem(string path) => Synchronize(path, "syncfs", Libc.SynchronizeFilesystem);

    private static void Synchronize(string path, string call, Func<int, int> synchronize)
    {
        var descriptor = Libc.OpenAt(
            Libc.AtCurrentDirectory, RawPath.FromText(path), Libc.OpenReadOnly | Libc.OpenDirectory | Libc.OpenCloseOnExec, 0);
        if (descriptor < 0) throw new LinuxException("open", Marshal.GetLastPInvokeError(), path);
        try
        {
            if (synchronize(descriptor) != 0) throw new LinuxException(call, Marshal.GetLastPInvokeError(), path);
        }
        finally
        {
            _ = Libc.Close(descriptor);
        }
    }
}
