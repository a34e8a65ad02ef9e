using Microsoft.Win32.SafeHandles;
using Paas.Images.Interop;
using Paas.Images.Tar;
using Paas.Linux;

namespace Paas.Images.Layers;

/// <summary>
/// One layer on its way into one directory. Every name is resolved from the root's descriptor by the kernel, beneath it and
/// through no symbolic link, so that what an earlier entry put there cannot lead a later one astray.
/// </summary>
internal sealed class LayerUnpacking : IDisposable
{
    private readonly DirectoryHandle _root;
    private readonly WhiteoutHandling _whiteouts;
    private readonly EntryNames _names;
    private readonly LowerMetadata _lower;
    private readonly Dictionary<string, (long Seconds, uint Nanoseconds)> _directoryTimes = new(StringComparer.Ordinal);
    private readonly HashSet<string> _applied = new(StringComparer.Ordinal);
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(256 * 1024);
    private DirectoryHandle? _parent;
    private string _parentPath = "";

    public LayerUnpacking(string directory, WhiteoutHandling whiteouts, EntryNames names, IReadOnlyList<string> lowerDirectories)
    {
        _root = DirectoryHandle.Open(directory);
        _whiteouts = whiteouts;
        _names = names;
        _lower = new LowerMetadata(lowerDirectories);
    }

    public void Apply(TarEntry entry, TarReader content)
    {
        var path = LayerPath.Parse(entry.Name, _names);
        try
        {
            if (path.IsRoot) ApplyRoot(entry);
            else if (path.Name.StartsWith(Whiteouts.Prefix, StringComparison.Ordinal)) ApplyWhiteout(entry, path);
            else ApplyFile(entry, path, content);
        }
        catch (LinuxException error) when (error.Errno == Errno.EPERM && entry.Kind is (TarEntryKind.CharacterDevice or TarEntryKind.BlockDevice))
        {
            throw new LayerFormatException($"the layer's entry '{RawPath.ToText(entry.Name)}' is a device, which may not be made here", error);
        }
        catch (LinuxException error) when (error.Errno is Errno.ENAMETOOLONG)
        {
            throw new LayerFormatException($"the layer's entry '{RawPath.ToText(entry.Name)}' has a name longer than the filesystem takes", error);
        }
        catch (LinuxException error) when (error.Errno is Errno.ELOOP or Errno.ENOTDIR)
        {
            throw new LayerFormatException($"the layer's entry '{RawPath.ToText(entry.Name)}' goes through something that is no directory", error);
        }
    }

    /// <summary>Sets the directories' times, which their content had changed.</summary>
    public void Complete()
    {
        foreach (var (path, (seconds, nanoseconds)) in _directoryTimes)
        {
            using var directory = _root.TryOpenBeneath(path);
            directory?.SetModified(".", seconds, nanoseconds);
        }
    }

    public void Dispose()
    {
        _parent?.Dispose();
        _lower.Dispose();
        _root.Dispose();
    }

    private void ApplyRoot(TarEntry entry)
    {
        if (entry.Kind != TarEntryKind.Directory)
        {
            // Archives have been seen with a file of no name.
            if (_names == EntryNames.Any) return;
            throw LayerPath.Refused(entry.Name, "would replace the root");
        }

        Finish(_root, ".", entry);
        _directoryTimes[""] = (entry.ModifiedSeconds, entry.ModifiedNanoseconds);
    }

    private void ApplyFile(TarEntry entry, LayerPath path, TarReader content)
    {
        var parent = ParentOf(path);
        var isOpaque = MakeRoom(parent, path, entry.Kind);
        switch (entry.Kind)
        {
            case TarEntryKind.Directory:
                if (parent.Stat(path.Name) is null) parent.MakeDirectory(path.Name, 0x1c0);
                if (isOpaque) SetOpaque(parent, path.Name);
                _directoryTimes[path.Full] = (entry.ModifiedSeconds, entry.ModifiedNanoseconds);
                break;
            case TarEntryKind.File:
                WriteFile(parent, path.Name, entry, content);
                break;
            case TarEntryKind.SymbolicLink:
                parent.MakeSymbolicLink(path.Name, entry.LinkName);
                break;
            case TarEntryKind.HardLink:
                LinkFile(parent, path, entry);
                break;
            default:
                parent.MakeNode(path.Name, KindOf(entry.Kind), entry.DeviceMajor, entry.DeviceMinor);
                break;
        }

        // A hard link is its target's file: what that entry said stands.
        if (entry.Kind != TarEntryKind.HardLink) Finish(parent, path.Name, entry);
        if (_whiteouts == WhiteoutHandling.Remove) _applied.Add(path.Full);
    }

    private static FileKind KindOf(TarEntryKind kind) => kind switch
    {
        TarEntryKind.CharacterDevice => FileKind.CharacterDevice,
        TarEntryKind.BlockDevice => FileKind.BlockDevice,
        TarEntryKind.Fifo => FileKind.Fifo,
        _ => throw new InvalidOperationException($"{kind} is no node"),
    };

    /// <summary>Removes what is in the way. True when that was a whiteout of this layer: a directory in its place hides the lower one's content.</summary>
    private bool MakeRoom(DirectoryHandle parent, LayerPath path, TarEntryKind kind)
    {
        if (parent.Stat(path.Name) is not { } existing) return false;
        if (existing.Kind == FileKind.Directory && kind == TarEntryKind.Directory) return false;
        var isWhiteout = _whiteouts == WhiteoutHandling.Overlay && existing.IsWhiteout;
        Remove(parent, path, existing);
        return isWhiteout;
    }

    private void Remove(DirectoryHandle parent, LayerPath path, FileStatus existing)
    {
        parent.Remove(path.Name);
        if (existing.Kind == FileKind.Directory) ForgetBelow(path.Full);
    }

    private void ForgetBelow(string removed)
    {
        var prefix = $"{removed}/";
        foreach (var path in _directoryTimes.Keys.Where(path => path == removed || path.StartsWith(prefix, StringComparison.Ordinal)).ToArray())
            _directoryTimes.Remove(path);
    }

    private void WriteFile(DirectoryHandle parent, string name, TarEntry entry, TarReader content)
    {
        using SafeFileHandle file = parent.CreateFile(name);
        long written = 0;
        foreach (var (start, length) in entry.Segments ?? [new TarSegment(0, entry.Size)])
        {
            for (var offset = start; offset < start + length; written = offset)
            {
                var read = content.Read(_buffer.AsSpan(0, (int)long.Min(_buffer.Length, start + length - offset)));
                RandomAccess.Write(file, _buffer.AsSpan(0, read), offset);
                offset += read;
            }
        }

        if (written < entry.Size) RandomAccess.SetLength(file, entry.Size);
    }

    private void LinkFile(DirectoryHandle parent, LayerPath path, TarEntry entry)
    {
        var target = LayerPath.Parse(entry.LinkName, _names);
        using var directory = target.IsRoot ? null : _root.TryOpenBeneath(target.Parent);
        if (directory?.Stat(target.Name) is not { } status || status.IsWhiteout)
            throw LayerPath.Refused(entry.Name, $"is a hard link to '{RawPath.ToText(entry.LinkName)}', which the layer does not have");
        if (status.Kind == FileKind.Directory) throw LayerPath.Refused(entry.Name, "is a hard link to a directory");
        parent.MakeHardLink(path.Name, directory, target.Name);
    }

    private static void Finish(DirectoryHandle parent, string name, TarEntry entry)
    {
        parent.SetOwner(name, Id(entry, entry.UserId), Id(entry, entry.GroupId));
        // After the owner: changing that clears set-id bits and capabilities.
        if (entry.Kind != TarEntryKind.SymbolicLink) parent.SetMode(name, entry.Mode);
        foreach (var (attribute, value) in entry.Attributes)
        {
            if (LayerAttributes.Travels(attribute)) parent.TrySetAttribute(name, attribute, value);
        }

        parent.SetModified(name, entry.ModifiedSeconds, entry.ModifiedNanoseconds);
    }

    private static uint Id(TarEntry entry, long id) =>
        id is >= 0 and < uint.MaxValue ? (uint)id : throw LayerPath.Refused(entry.Name, $"has the impossible owner {id}");

    private void ApplyWhiteout(TarEntry entry, LayerPath path)
    {
        if (path.Name == Whiteouts.Opaque)
        {
            ApplyOpaque(path);
            return;
        }

        if (path.Name.StartsWith(Whiteouts.MetadataPrefix, StringComparison.Ordinal)) return;
        var removed = path.Sibling(path.Name[Whiteouts.Prefix.Length..]);
        if (removed.Name is "" or "." or "..") throw LayerPath.Refused(entry.Name, "is a whiteout of nothing");
        var parent = ParentOf(removed);
        var existing = parent.Stat(removed.Name);
        if (_whiteouts == WhiteoutHandling.Remove)
        {
            if (existing is { } status) RemoveLower(parent, removed, status);
        }
        else if (existing is null)
        {
            parent.MakeNode(removed.Name, FileKind.CharacterDevice, 0, 0);
        }
        else if (existing is { Kind: FileKind.Directory })
        {
            SetOpaque(parent, removed.Name);
        }
    }

    private void ApplyOpaque(LayerPath path)
    {
        var parent = ParentOf(path);
        if (_whiteouts == WhiteoutHandling.Overlay)
        {
            SetOpaque(parent, ".");
            return;
        }

        foreach (var name in parent.Names()) RemoveLower(parent, path.Sibling(name), parent.Stat(name)!.Value);
    }

    /// <summary>Removes what came from lower layers only: an entry's order in the tar must not matter.</summary>
    private void RemoveLower(DirectoryHandle parent, LayerPath path, FileStatus status)
    {
        if (!_applied.Contains(path.Full))
        {
            Remove(parent, path, status);
        }
        else if (status.Kind == FileKind.Directory)
        {
            using var directory = parent.OpenChild(path.Name);
            foreach (var name in directory.Names())
                RemoveLower(directory, new LayerPath(path.Full, name), directory.Stat(name)!.Value);
        }
    }

    private static void SetOpaque(DirectoryHandle parent, string name) =>
        parent.TrySetAttribute(name, Whiteouts.OpaqueAttribute, "y"u8);

    /// <summary>The open directory of a path, made where the layer has no entry for it; valid until the next call.</summary>
    private DirectoryHandle ParentOf(LayerPath path)
    {
        if (path.Parent.Length == 0) return _root;
        // The last directory may be gone from its place since: only a live one can be kept.
        if (_parent is not null && _parentPath == path.Parent && _parent.Stat().Links > 0) return _parent;
        _parent?.Dispose();
        _parent = _root.TryOpenBeneath(path.Parent) ?? MakeParents(path.Parent);
        _parentPath = path.Parent;
        return _parent;
    }

    private DirectoryHandle MakeParents(string path)
    {
        var made = "";
        foreach (var component in path.Split('/'))
        {
            using var parent = _root.TryOpenBeneath(made)!;
            made = made.Length == 0 ? component : $"{made}/{component}";
            if (parent.Stat(component) is { } existing)
            {
                if (!existing.IsWhiteout) continue;
                parent.Remove(component);
                MakeImplied(parent, component, made);
                SetOpaque(parent, component);
                continue;
            }

            MakeImplied(parent, component, made);
        }

        return _root.TryOpenBeneath(path)!;
    }

    private void MakeImplied(DirectoryHandle parent, string name, string path)
    {
        parent.MakeDirectory(name, 0x1ed);
        if (_lower.Find(path) is { } lower)
        {
            parent.SetOwner(name, lower.Uid, lower.Gid);
            parent.SetMode(name, lower.Permissions);
            _directoryTimes[path] = (lower.ModifiedSeconds, lower.ModifiedNanoseconds);
        }
        else
        {
            parent.SetMode(name, 0x1ed);
            _directoryTimes[path] = (0, 0);
        }

        if (_whiteouts == WhiteoutHandling.Remove) _applied.Add(path);
    }
}
