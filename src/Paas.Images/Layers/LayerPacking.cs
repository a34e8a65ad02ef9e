using Paas.Images.Interop;
using Paas.Images.Tar;
using Paas.Linux;

namespace Paas.Images.Layers;

/// <summary>One directory on its way into one tar: depth first, names sorted by their bytes.</summary>
internal sealed class LayerPacking(TarWriter tar, LayerOptions options, bool isUpper, CancellationToken cancellationToken)
{
    private const uint ParentMode = 0x1ed;

    private readonly Dictionary<(ulong Device, ulong Inode), string> _linked = [];
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(256 * 1024);

    public void Pack(string directory)
    {
        using var root = DirectoryHandle.Open(directory);
        var target = Target();
        WriteParents(target);
        WriteDirectory(root, target, root.Stat());
    }

    private string Target()
    {
        if (!options.Target.StartsWith('/')) throw new ArgumentException($"the target '{options.Target}' is not absolute");
        return LayerPath.Parse(RawPath.FromText(options.Target.TrimStart('/'))).Full;
    }

    private void WriteParents(string target)
    {
        for (var slash = target.IndexOf('/'); slash > 0; slash = target.IndexOf('/', slash + 1))
        {
            tar.Begin(new TarEntry
            {
                Name = $"{target[..slash]}/",
                Kind = TarEntryKind.Directory,
                Mode = ParentMode,
                UserId = options.ParentOwner.UserId,
                GroupId = options.ParentOwner.GroupId,
                ModifiedSeconds = (options.ModifiedAt ?? LayerOptions.ReproducibleTime).ToUnixTimeSeconds(),
            });
        }
    }

    private void WriteDirectory(DirectoryHandle directory, string path, FileStatus status)
    {
        cancellationToken.ThrowIfCancellationRequested();
        // The image's root is the lower layers' or the snapshotter's: the mode of some temporary directory must not become its.
        if (path.Length > 0) tar.Begin(Entry(TarEntryKind.Directory, $"{path}/", status, directory, "."));
        var whiteoutsAreAttributes = isUpper && WriteOpaque(directory, path);
        foreach (var name in directory.Names())
        {
            var full = path.Length == 0 ? name : $"{path}/{name}";
            if (name.StartsWith(Whiteouts.Prefix, StringComparison.Ordinal))
                throw new LayerFormatException($"'{RawPath.ToText(full)}' cannot be in a layer: the name means a removed file there");
            if (directory.Stat(name) is { } child) WriteChild(directory, name, full, child, whiteoutsAreAttributes);
        }
    }

    private void WriteChild(DirectoryHandle directory, string name, string path, FileStatus status, bool whiteoutsAreAttributes)
    {
        if (isUpper && IsWhiteout(directory, name, status, whiteoutsAreAttributes))
        {
            WriteMarker(Path.GetDirectoryName(path)!, Whiteouts.Prefix + name);
            return;
        }

        switch (status.Kind)
        {
            case FileKind.Directory:
                using (var child = directory.OpenChild(name)) WriteDirectory(child, path, status);
                break;
            case FileKind.SymbolicLink when !IsAnotherName(path, status, directory, name):
                tar.Begin(Entry(TarEntryKind.SymbolicLink, path, status, directory, name) with { LinkName = directory.ReadLink(name) });
                break;
            case FileKind.File when !IsAnotherName(path, status, directory, name):
                WriteFile(directory, name, path, status);
                break;
            case FileKind.CharacterDevice or FileKind.BlockDevice or FileKind.Fifo when !IsAnotherName(path, status, directory, name):
                tar.Begin(Entry(KindOf(status.Kind), path, status, directory, name));
                break;
        }
    }

    private static TarEntryKind KindOf(FileKind kind) => kind switch
    {
        FileKind.CharacterDevice => TarEntryKind.CharacterDevice,
        FileKind.BlockDevice => TarEntryKind.BlockDevice,
        _ => TarEntryKind.Fifo,
    };

    private void WriteFile(DirectoryHandle directory, string name, string path, FileStatus status)
    {
        if (isUpper && directory.Attribute(name, Whiteouts.MetacopyAttribute) is not null)
            throw new LayerFormatException($"'{RawPath.ToText(path)}': the overlay was mounted with metacopy; its content is elsewhere");
        using var file = directory.OpenFile(name);
        tar.Begin(Entry(TarEntryKind.File, path, status, directory, name) with { Size = status.Size });
        for (long offset = 0; offset < status.Size;)
        {
            var wanted = (int)long.Min(_buffer.Length, status.Size - offset);
            var read = RandomAccess.Read(file, _buffer.AsSpan(0, wanted), offset);
            if (read == 0) throw new IOException($"'{RawPath.ToText(path)}' became shorter while it was read");
            tar.Write(_buffer.AsSpan(0, read));
            offset += read;
        }
    }

    /// <summary>Writes a hard link when the file was written before under another name.</summary>
    private bool IsAnotherName(string path, FileStatus status, DirectoryHandle directory, string name)
    {
        if (status.Links < 2 || _linked.TryAdd(status.Identity, path)) return false;
        var entry = Entry(TarEntryKind.HardLink, path, status, directory, name);
        tar.Begin(entry with { LinkName = _linked[status.Identity], DeviceMajor = 0, DeviceMinor = 0 });
        return true;
    }

    private static bool IsWhiteout(DirectoryHandle directory, string name, FileStatus status, bool whiteoutsAreAttributes) =>
        status.IsWhiteout ||
        (whiteoutsAreAttributes && status is { Kind: FileKind.File, Size: 0 } && directory.Attribute(name, "trusted.overlay.whiteout") is not null);

    /// <summary>True when the directory marks removed files by attributes, as overlays upon overlays do.</summary>
    private bool WriteOpaque(DirectoryHandle directory, string path)
    {
        if (directory.Attribute(".", Whiteouts.RedirectAttribute) is not null)
            throw new LayerFormatException($"'{RawPath.ToText(path)}': the overlay was mounted with redirect_dir; its content is elsewhere");
        var value = directory.Attribute(".", Whiteouts.OpaqueAttribute);
        if (value is [(byte)'y']) WriteMarker(path, Whiteouts.Opaque);
        return value is [(byte)'x'];
    }

    private void WriteMarker(string parent, string name) => tar.Begin(new TarEntry
    {
        Name = parent.Length == 0 ? name : $"{parent}/{name}",
        Kind = TarEntryKind.File,
        Mode = 0x1a4,
        ModifiedSeconds = (options.ModifiedAt ?? LayerOptions.ReproducibleTime).ToUnixTimeSeconds(),
    });

    private TarEntry Entry(TarEntryKind kind, string name, FileStatus status, DirectoryHandle directory, string file) => new()
    {
        Name = name,
        Kind = kind,
        Mode = status.Permissions,
        UserId = options.Owner?.UserId ?? (long)status.Uid,
        GroupId = options.Owner?.GroupId ?? (long)status.Gid,
        ModifiedSeconds = KeepsTime(status) ? status.ModifiedSeconds : options.ModifiedAt!.Value.ToUnixTimeSeconds(),
        ModifiedNanoseconds = KeepsTime(status) ? status.ModifiedNanoseconds : 0,
        DeviceMajor = status.DeviceMajor,
        DeviceMinor = status.DeviceMinor,
        Attributes = kind == TarEntryKind.HardLink ? new Dictionary<string, byte[]>() : Attributes(directory, file),
    };

    private bool KeepsTime(FileStatus status) =>
        options.ModifiedAt is null || (options.KeepTimesBefore is { } before && status.ModifiedSeconds < before.ToUnixTimeSeconds());

    private static Dictionary<string, byte[]> Attributes(DirectoryHandle directory, string file)
    {
        var attributes = new Dictionary<string, byte[]>();
        foreach (var name in directory.AttributeNames(file).Where(LayerAttributes.Travels))
        {
            if (directory.Attribute(file, name) is { } value) attributes[name] = value;
        }

        return attributes;
    }
}
