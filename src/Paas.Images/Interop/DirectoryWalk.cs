using System.Buffers.Binary;
using System.Text;
using Paas.Linux;

namespace Paas.Images.Interop;

/// <summary>
/// A way through a tree that anybody may have written, thousands of levels deep or millions of names wide: one descriptor, one
/// buffer, and three numbers for each level above. Follows no link and enters no other mount.
/// </summary>
internal sealed class DirectoryWalk : IDisposable
{
    // struct linux_dirent64: d_ino, d_off, d_reclen, d_type, d_name.
    private const int OffsetAt = 8;
    private const int LengthAt = 16;
    private const int NameAt = 19;

    private readonly Stack<((ulong Device, ulong Inode) Identity, long Offset)> _above = [];
    private readonly byte[] _buffer = new byte[16 * 1024];
    private int _at;
    private int _length;
    private long _here;
    private long _next;

    /// <param name="top">Where it begins; disposed of by the walk.</param>
    public DirectoryWalk(DirectoryHandle top) => Directory = top;

    /// <summary>The directory that is being read.</summary>
    public DirectoryHandle Directory { get; private set; }

    /// <summary>True once the directory that is being read has given a name.</summary>
    public bool HasRead { get; private set; }

    /// <summary>The next raw name in the directory; null after the last.</summary>
    public string? Next()
    {
        while (true)
        {
            if (_at == _length)
            {
                (_at, _length) = (0, Directory.ReadEntries(_buffer));
                if (_length == 0) return null;
            }

            var entry = _buffer.AsSpan(_at);
            _at += BinaryPrimitives.ReadUInt16LittleEndian(entry[LengthAt..]);
            (_here, _next) = (_next, BinaryPrimitives.ReadInt64LittleEndian(entry[OffsetAt..]));
            var name = entry[NameAt..];
            name = name[..name.IndexOf((byte)0)];
            if (name.SequenceEqual("."u8) || name.SequenceEqual(".."u8)) continue;
            HasRead = true;
            return Encoding.Latin1.GetString(name);
        }
    }

    /// <summary>Goes on in the directory whose name was read last; not when it is gone meanwhile, or no directory.</summary>
    /// <param name="again">True when that name is to be read once more after the return from it.</param>
    /// <exception cref="LinuxException">It cannot be opened; EXDEV: something is mounted there.</exception>
    public bool TryDescend(string name, bool again)
    {
        if (Directory.TryOpenWithin(name) is not { } child) return false;
        _above.Push((Directory.Stat().Identity, again ? _here : _next));
        Begin(child, 0);
        HasRead = false;
        return true;
    }

    /// <summary>Goes back into the directory above; not from where the walk began.</summary>
    /// <exception cref="IOException">The directory is no longer where it was.</exception>
    public bool TryAscend()
    {
        if (!_above.TryPop(out var above)) return false;
        Begin(Directory.OpenParent(), above.Offset);
        // Somebody else could have moved the directory, and what is above it now is none of ours.
        if (Directory.Stat().Identity != above.Identity) throw new IOException($"{Directory} was moved meanwhile");
        Directory.SeekEntries(above.Offset);
        HasRead = true;
        return true;
    }

    public void Dispose() => Directory.Dispose();

    private void Begin(DirectoryHandle directory, long offset)
    {
        Directory.Dispose();
        Directory = directory;
        _at = _length = 0;
        _next = offset;
    }
}
