using System.Runtime.InteropServices;
using Paas.Linux;
using static Paas.Linux.Native;

namespace Paas.Images.Interop;

/// <content>What a <see cref="DirectoryWalk"/> needs, and the removal of whole trees by one.</content>
internal sealed unsafe partial class DirectoryHandle
{
    /// <summary>Removes a file, or a directory with all that is in it, however deep. Does nothing when there is none.</summary>
    /// <exception cref="LinuxException">Something in it cannot be removed; EXDEV, EBUSY: something is mounted there.</exception>
    public void Remove(string name)
    {
        while (!TryRemove(name) && TryOpenWithin(name) is { } directory)
        {
            using var walk = new DirectoryWalk(directory);
            try
            {
                if (!Empty(walk) && !TryRemove(name)) throw new LinuxException("rmdir", Errno.ENOTEMPTY, RawPath.ToText($"{_path}/{name}"));
            }
            catch (LinuxException error) when (error.Errno == Errno.ENOENT)
            {
                // Somebody else removes it meanwhile, which is as good.
            }
        }
    }

    /// <summary>Opens a directory of this mount, without a longer path for each level; null when it is gone, or none.</summary>
    /// <exception cref="LinuxException">It cannot be opened; EXDEV: something is mounted there.</exception>
    public DirectoryHandle? TryOpenWithin(string name)
    {
        var descriptor = OpenAt2(_descriptor, name, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV);
        if (descriptor >= 0) return new DirectoryHandle(descriptor, Below);
        return Marshal.GetLastPInvokeError() is Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP ? null : throw FailedAt("openat2", name);
    }

    /// <summary>Opens the directory above.</summary>
    public DirectoryHandle OpenParent()
    {
        var descriptor = Libc.OpenAt(_descriptor, "..", OpenFlags, 0);
        return descriptor >= 0 ? new DirectoryHandle(descriptor, _path) : throw FailedAt("open", "..");
    }

    /// <summary>Entries from this descriptor's position on (getdents64(2)).</summary>
    /// <returns>Bytes read; 0 after the last, and in a directory that has been removed.</returns>
    public int ReadEntries(byte[] buffer)
    {
        nint length;
        fixed (byte* start = buffer) length = Libc.ReadDirectory(_descriptor, start, (nuint)buffer.Length);
        if (length < 0 && Marshal.GetLastPInvokeError() != Errno.ENOENT) throw Failed("getdents64", _path);
        return (int)nint.Max(length, 0);
    }

    /// <summary>Sets the position to the <c>d_off</c> of an entry: what follows that is read next.</summary>
    public void SeekEntries(long offset)
    {
        if (Libc.Seek(_descriptor, offset, 0) < 0) throw Failed("lseek", _path);
    }

    public override string ToString() => RawPath.ToText(_path);

    private string Below => _path.EndsWith("/...", StringComparison.Ordinal) ? _path : $"{_path}/...";

    // A directory of which reading says that nothing is in it, and removing that something is, would be walked through for ever.
    private static bool Empty(DirectoryWalk walk)
    {
        var cameFromNothing = false;
        while (true)
        {
            if (walk.Next() is not { } name)
            {
                cameFromNothing = !walk.HasRead;
                if (!walk.TryAscend()) return !cameFromNothing;
            }
            else if (walk.Directory.TryRemove(name))
            {
                cameFromNothing = false;
            }
            else if (cameFromNothing)
            {
                throw new LinuxException("rmdir", Errno.ENOTEMPTY, RawPath.ToText($"{walk.Directory}/{name}"));
            }
            else
            {
                walk.TryDescend(name, again: true);
            }
        }
    }

    /// <returns>False for a directory that something is in.</returns>
    private bool TryRemove(string name)
    {
        if (Libc.UnlinkAt(_descriptor, name, 0) == 0) return true;
        switch (Marshal.GetLastPInvokeError())
        {
            case Errno.ENOENT: return true;
            case Errno.EISDIR: break;
            default: throw FailedAt("unlink", name);
        }

        if (Libc.UnlinkAt(_descriptor, name, AT_REMOVEDIR) == 0) return true;
        return Marshal.GetLastPInvokeError() switch
        {
            Errno.ENOENT => true,
            Errno.ENOTEMPTY or Errno.EEXIST => false,
            _ => throw FailedAt("rmdir", name),
        };
    }
}
