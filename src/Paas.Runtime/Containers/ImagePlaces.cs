using Microsoft.Win32.SafeHandles;
using Paas.Linux;
using static Paas.Linux.Native;

namespace Paas.Runtime.Containers;

/// <summary>
/// What can be told before the fork about places in the container's root: what the image, or an earlier mount, has there. The
/// child looks again, in its own way; nothing here is relied on for safety.
/// </summary>
internal sealed class ImagePlaces(SafeFileHandle root)
{
    private const int Resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
    private const int MostLinks = 40;

    private readonly List<PreparedMount> _earlier = [];

    /// <summary>From now on, this mount covers what is at its destination.</summary>
    public void Cover(PreparedMount mount) => _earlier.Add(mount);

    /// <summary>True when an earlier mount is at the path or above it.</summary>
    public bool IsCovered(string path) => _earlier.Any(mount => IsAtOrBelow(path, mount.Destination));

    /// <summary>True when an earlier mount is at the path, above it, or below it.</summary>
    public bool HasMounts(string path) => IsCovered(path) || _earlier.Any(mount => IsAtOrBelow(mount.Destination, path));

    /// <summary>Opens what will be at a path; null when nothing will, or when only the child can know.</summary>
    public SafeFileHandle? Open(string path, int flags)
    {
        SafeFileHandle? top = root;
        var below = path;
        foreach (var mount in _earlier)
        {
            if (IsAtOrBelow(path, mount.Destination)) (top, below) = (mount.Source ?? mount.Seen, path[mount.Destination.TrimEnd('/').Length..]);
        }

        return top is null ? null : Files.OpenBelowIfPossible(top, below.Length == 0 ? "." : below, flags, Resolve);
    }

    /// <summary>
    /// The path with the image's symbolic links written out as far as it exists: where to make what is missing behind a link
    /// that leads nowhere yet. The path itself where an earlier mount decides.
    /// </summary>
    public string WriteOutLinks(string path)
    {
        if (IsCovered(path)) return path;
        var done = new List<string>();
        var ahead = new Stack<string>();
        Push(ahead, path);
        var links = 0;
        while (ahead.TryPop(out var name))
        {
            if (name == "..")
            {
                if (done.Count > 0) done.RemoveAt(done.Count - 1);
                continue;
            }

            done.Add(name);
            using var here = Files.OpenBelowIfPossible(root, "/" + string.Join('/', done), O_PATH | O_NOFOLLOW, Resolve);
            if (here is null || !Files.Status(here).IsSymbolicLink) continue;
            if (++links > MostLinks) return path;
            var text = Files.ReadLink(here);
            if (text.StartsWith('/')) done.Clear();
            else done.RemoveAt(done.Count - 1);
            Push(ahead, text);
        }

        return "/" + string.Join('/', done);
    }

    private static void Push(Stack<string> ahead, string path)
    {
        var names = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (var i = names.Length - 1; i >= 0; i--)
        {
            if (names[i] != ".") ahead.Push(names[i]);
        }
    }

    /// <summary>By the letters of two clean paths.</summary>
    public static bool IsAtOrBelow(string path, string above) =>
        above == "/" || path == above || (path.StartsWith(above, StringComparison.Ordinal) && path[above.Length] == '/');
}
