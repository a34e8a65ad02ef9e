using Microsoft.Win32.SafeHandles;
using Paas.Linux;

namespace Paas.Images;

/// <summary>
/// The place of one blob being written, or the sign of a lease. The lock on the directory tells other processes that it is no
/// crash's leftover; it is not on the blob itself, so that reading a blob never meets a lock.
/// </summary>
internal sealed class IngestDirectory : IDisposable
{
    private readonly SafeFileHandle _handle;

    private IngestDirectory(string path, SafeFileHandle handle)
    {
        Path = path;
        _handle = handle;
    }

    public string Path { get; }

    public static IngestDirectory Create(string parent)
    {
        while (true)
        {
            var path = System.IO.Path.Combine(parent, Guid.NewGuid().ToString("n"));
            Directory.CreateDirectory(path);
            // A cleaning may come between the two, and take the directory for a leftover: then take another.
            if (TryLock(path) is { } handle) return new IngestDirectory(path, handle);
        }
    }

    /// <summary>Removes the directories that no living process holds.</summary>
    public static void RemoveLeftovers(string parent)
    {
        foreach (var path in Directory.EnumerateDirectories(parent))
        {
            using var handle = TryLock(path);
            if (handle is not null) Directory.Delete(path, recursive: true);
        }
    }

    /// <summary>True when a living process holds one of the directories; those that none holds are removed.</summary>
    /// <param name="parent">Where they are.</param>
    /// <param name="except">One that does not count.</param>
    public static bool IsAnyHeld(string parent, string? except)
    {
        foreach (var path in Directory.EnumerateDirectories(parent).Where(path => path != except))
        {
            using var handle = TryLock(path);
            if (handle is not null) Directory.Delete(path, recursive: true);
            else if (Directory.Exists(path)) return true;
        }

        return false;
    }

    public void Dispose()
    {
        Directory.Delete(Path, recursive: true);
        _handle.Dispose();
    }

    private static SafeFileHandle? TryLock(string path)
    {
        var handle = Files.OpenIfExists(path, Native.O_RDONLY | Native.O_DIRECTORY);
        if (handle is null) return null;
        if (Files.Lock(handle, wait: false) && Files.Status(handle).Links > 0) return handle;
        handle.Dispose();
        return null;
    }
}
