using Paas.Images.Interop;
using Paas.Images.Layers;
using Paas.Linux;

namespace Paas.Images.Trees;

/// <summary>
/// Copies between trees as Dockerfiles want it: a directory's content into a directory, existing directories kept, files replaced,
/// hard links among the copied files kept. Everything made gets times that depend on the sources only, so that equal sources make
/// equal layers.
/// </summary>
/// <param name="source">Where the files are.</param>
/// <param name="target">Where they go.</param>
/// <param name="options">What becomes of them on the way.</param>
public sealed class TreeCopier(FileTree source, FileTree target, TreeCopyOptions options)
{
    private readonly Dictionary<(ulong Device, ulong Inode), string> _linked = [];
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(256 * 1024);

    /// <summary>Copies what one path of the source means; links at its end are followed.</summary>
    /// <param name="from">Raw path in the source tree.</param>
    /// <param name="to">Raw path in the target tree; one that ends with a slash, or a directory that is there, takes a file below its own name.</param>
    /// <param name="cancellationToken">Checked between files.</param>
    /// <exception cref="TreeCopyException">There is nothing at the path, or a directory in the way of a file.</exception>
    public void Copy(string from, string to, CancellationToken cancellationToken)
    {
        using var place = source.Resolve(from) ?? throw new TreeCopyException($"\"{FileTree.Text(from)}\": not found");
        var name = FileTree.Split(from).Name;
        if (place.Status.IsDirectory)
        {
            using var directory = Open(place);
            CopyContent(directory, FileTree.Trim(to), place.Status, cancellationToken);
            return;
        }

        if (options.Excludes?.Invoke(name) == true) return;
        var isDirectory = to.EndsWith('/') || target.Status(to)?.IsDirectory == true;
        var path = isDirectory ? $"{FileTree.Trim(to)}/{name}" : Followed(FileTree.Trim(to));
        var (parent, last) = FileTree.Split(path);
        using var into = MakeDirectories(parent);
        using var times = new KeptTime(into);
        CopyFile(place.Directory, place.Name, place.Status, into, last, path);
    }

    /// <summary>Makes a directory of the target and those above it; those that are there stay as they are.</summary>
    /// <param name="path">Raw.</param>
    public void MakeDirectory(string path) => MakeDirectories(FileTree.Trim(path)).Dispose();

    /// <summary>Makes a directory like one of the source where it is not there yet: what <c>COPY --parents</c> keeps of the way.</summary>
    public void MakeDirectoryLike(string from, string to)
    {
        using var place = source.Resolve(from) ?? throw new TreeCopyException($"\"{FileTree.Text(from)}\": not found");
        if (target.Status(to) is not null) return;
        using var made = MakeDirectories(FileTree.Trim(to));
        using var like = Open(place);
        Finish(like, ".", place.Status, made, ".");
    }

    private static DirectoryHandle Open(TreePlace place) =>
        place.Name == "." ? place.Directory.TryOpenBeneath("")! : place.Directory.OpenChild(place.Name);

    // A file written through a link lands where the link leads, even where nothing is there yet.
    private string Followed(string path)
    {
        for (var links = 0; links < 40; links++)
        {
            var (parent, name) = FileTree.Split(path);
            using var directory = target.Root.TryOpenInRoot(parent);
            if (directory?.Stat(name) is not { IsSymbolicLink: true }) return path;
            path = FileTree.Target(parent, directory.ReadLink(name));
        }

        throw new TreeCopyException($"\"{FileTree.Text(path)}\": its links go round in a circle");
    }

    private void CopyContent(DirectoryHandle from, string to, FileStatus status, CancellationToken ct)
    {
        var isNew = target.Status(to) is null;
        if (target.Status(to) is { IsDirectory: false }) throw new TreeCopyException($"cannot copy a directory to \"{FileTree.Text(to)}\", which is none");
        using var into = MakeDirectories(to);
        using (new KeptTime(into)) CopyChildren(from, into, to, "", ct);
        if (isNew && options.KeepsTop) Finish(from, ".", status, into, ".");
    }

    private void CopyChildren(DirectoryHandle from, DirectoryHandle into, string to, string relative, CancellationToken ct)
    {
        foreach (var name in from.Names())
        {
            ct.ThrowIfCancellationRequested();
            if (from.Stat(name) is not { } status) continue;
            var path = relative.Length == 0 ? name : $"{relative}/{name}";
            var excluded = options.Excludes?.Invoke(path) == true;
            if (excluded && !(status.IsDirectory && options.LooksIntoExcluded)) continue;
            if (status.IsDirectory) CopyDirectory(from, name, status, into, to, path, excluded, ct);
            else CopyFile(from, name, status, into, name, $"{to}/{name}");
        }
    }

    private void CopyDirectory(
        DirectoryHandle from, string name, FileStatus status, DirectoryHandle into, string to, string relative, bool excluded, CancellationToken ct)
    {
        using var child = from.OpenChild(name);
        var path = to.Length == 0 ? name : $"{to}/{name}";
        if (excluded)
        {
            // Made only for what in it is in after all.
            if (HasIncluded(child, relative)) Descend(isNew: into.Stat(name) is null);
            return;
        }

        Descend(isNew: true);

        void Descend(bool isNew)
        {
            using var made = EnsureDirectory(into, name, path);
            using (new KeptTime(made)) CopyChildren(child, made, path, relative, ct);
            if (isNew) Finish(child, ".", status, made, ".");
        }
    }

    private bool HasIncluded(DirectoryHandle directory, string relative)
    {
        foreach (var name in directory.Names())
        {
            if (directory.Stat(name) is not { } status) continue;
            var path = $"{relative}/{name}";
            if (options.Excludes?.Invoke(path) != true) return true;
            if (!status.IsDirectory) continue;
            using var child = directory.OpenChild(name);
            if (HasIncluded(child, path)) return true;
        }

        return false;
    }

    private DirectoryHandle EnsureDirectory(DirectoryHandle parent, string name, string path)
    {
        switch (parent.Stat(name))
        {
            case { IsDirectory: true }:
                return parent.OpenChild(name);
            // Into /lib of an image where that is a link to usr/lib.
            case { IsSymbolicLink: true } when !options.Replaces && target.Root.TryOpenInRoot(path) is { } linked:
                return linked;
            case not null when options.Replaces:
                parent.Remove(name);
                break;
            case not null:
                throw new TreeCopyException($"cannot copy a directory to \"{FileTree.Text(path)}\", which is none");
        }

        parent.MakeDirectory(name, 0x1c0);
        return parent.OpenChild(name);
    }

    private void CopyFile(DirectoryHandle from, string name, FileStatus status, DirectoryHandle into, string newName, string path)
    {
        if (into.Stat(newName) is { } existing)
        {
            if (existing.IsDirectory && !options.Replaces) throw new TreeCopyException($"cannot replace the directory \"{FileTree.Text(path)}\" with a file");
            into.Remove(newName);
        }

        if (status.Links > 1 && !status.IsDirectory && !_linked.TryAdd(status.Identity, path) && TryLink(_linked[status.Identity], into, newName)) return;
        switch (status.Kind)
        {
            case FileKind.File:
                CopyBytes(from, name, status, into, newName);
                break;
            case FileKind.SymbolicLink:
                into.MakeSymbolicLink(newName, from.ReadLink(name));
                break;
            case FileKind.Socket:
                return;
            default:
                into.MakeNode(newName, status.Kind, status.DeviceMajor, status.DeviceMinor);
                break;
        }

        Finish(from, name, status, into, newName);
    }

    private bool TryLink(string former, DirectoryHandle into, string name)
    {
        using var place = target.Resolve(former);
        if (place is null) return false;
        into.MakeHardLink(name, place.Directory, place.Name);
        return true;
    }

    private void CopyBytes(DirectoryHandle from, string name, FileStatus status, DirectoryHandle into, string newName)
    {
        using var input = from.OpenFile(name);
        using var output = into.CreateFile(newName);
        for (long offset = 0; offset < status.Size;)
        {
            var read = RandomAccess.Read(input, _buffer, offset);
            if (read == 0) throw new IOException($"'{FileTree.Text(name)}' became shorter while it was read");
            RandomAccess.Write(output, _buffer.AsSpan(0, read), offset);
            offset += read;
        }
    }

    private void Finish(DirectoryHandle from, string name, FileStatus status, DirectoryHandle into, string newName)
    {
        into.SetOwner(newName, (uint)(options.Owner?.UserId ?? (int)status.Uid), (uint)(options.Owner?.GroupId ?? (int)status.Gid));
        // After the owner: changing that clears set-id bits and capabilities.
        if (!status.IsSymbolicLink) into.SetMode(newName, options.Mode?.Invoke(status.Permissions, status.IsDirectory) ?? status.Permissions);
        foreach (var attribute in from.AttributeNames(name).Where(LayerAttributes.Travels))
        {
            if (from.Attribute(name, attribute) is { } value) into.TrySetAttribute(newName, attribute, value);
        }

        into.SetModified(newName, Math.Min(status.ModifiedSeconds, options.Latest?.ToUnixTimeSeconds() ?? long.MaxValue));
    }

    private DirectoryHandle MakeDirectories(string path, int links = 0)
    {
        if (target.Root.TryOpenInRoot(path) is { } there) return there;
        if (links > 40) throw new TreeCopyException($"\"{FileTree.Text(path)}\": its links go round in a circle");
        var (parentPath, name) = FileTree.Split(path);
        if (name is "." or "..") return MakeDirectories(parentPath, links + 1);
        using var parent = MakeDirectories(parentPath, links);
        switch (parent.Stat(name))
        {
            // It leads to nothing yet.
            case { IsSymbolicLink: true }:
                return MakeDirectories(FileTree.Target(parentPath, parent.ReadLink(name)), links + 1);
            case not null:
                throw new TreeCopyException($"\"{FileTree.Text(path)}\" is not a directory");
        }

        using (new KeptTime(parent))
        {
            parent.MakeDirectory(name, 0x1c0);
            parent.SetOwner(name, (uint)(options.Owner?.UserId ?? 0), (uint)(options.Owner?.GroupId ?? 0));
            parent.SetMode(name, options.MadeMode);
            parent.SetModified(name, LayerOptions.ReproducibleTime.ToUnixTimeSeconds());
        }

        return parent.OpenChild(name);
    }

    /// <summary>Gives a directory its time back after something was put into it.</summary>
    private readonly struct KeptTime(DirectoryHandle directory) : IDisposable
    {
        private readonly FileStatus _before = directory.Stat();

        public void Dispose()
        {
            var now = directory.Stat();
            if ((now.ModifiedSeconds, now.ModifiedNanoseconds) == (_before.ModifiedSeconds, _before.ModifiedNanoseconds)) return;
            directory.SetModified(".", _before.ModifiedSeconds, _before.ModifiedNanoseconds);
        }
    }
}
