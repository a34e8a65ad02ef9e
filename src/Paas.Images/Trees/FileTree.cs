using System.Text;
using Microsoft.Win32.SafeHandles;
using Paas.Images.Interop;
using Paas.Images.Snapshots;
using Paas.Linux;

namespace Paas.Images.Trees;

/// <summary>
/// Files below one directory, seen as by a process whose root it is: a symbolic link, even an absolute one, leads nowhere else.
/// It is a directory of the host, or an image's root filesystem, mounted nowhere but in this object. Paths are raw, one character
/// per byte (<see cref="Raw"/>), relative to the root; a leading slash is the root's. Not for concurrent use.
/// </summary>
public sealed class FileTree : IDisposable
{
    private const int MostLinks = 40;

    private readonly SafeFileHandle? _mount;

    private FileTree(DirectoryHandle root, SafeFileHandle? mount)
    {
        Root = root;
        _mount = mount;
    }

    internal DirectoryHandle Root { get; }

    /// <summary>Opens a directory of the host.</summary>
    public static FileTree Of(string directory) => new(DirectoryHandle.Open(directory), null);

    /// <summary>Opens a snapshot; what is changed in the tree lands in its upper directory. Needs root.</summary>
    /// <exception cref="LinuxException">The kernel refused the mount.</exception>
    public static FileTree Of(OverlayMount snapshot)
    {
        var mount = OverlayMounts.Create(snapshot.LowerDirectories, snapshot.UpperDirectory, snapshot.WorkDirectory, null);
        try
        {
            return new FileTree(DirectoryHandle.Open($"/proc/self/fd/{mount.DangerousGetHandle()}"), mount);
        }
        catch
        {
            mount.Dispose();
            throw;
        }
    }

    /// <summary>Text as a raw path.</summary>
    public static string Raw(string text) => RawPath.FromText(text);

    /// <summary>A raw path for people to read.</summary>
    public static string Text(string rawPath) => RawPath.ToText(rawPath);

    /// <summary>What a path is, all links followed; null where there is nothing.</summary>
    public FileStatus? Status(string rawPath)
    {
        using var place = Resolve(rawPath);
        return place?.Status;
    }

    /// <summary>What a path is, a link at its end not followed; null where there is nothing.</summary>
    public FileStatus? LinkStatus(string rawPath)
    {
        var (parent, name) = Split(rawPath);
        using var directory = Root.TryOpenInRoot(parent);
        return name.Length == 0 ? directory?.Stat() : directory?.Stat(name);
    }

    /// <summary>Raw names in a directory, sorted by their bytes; none where there is no directory.</summary>
    public IReadOnlyList<string> Names(string rawPath)
    {
        using var directory = Root.TryOpenInRoot(Trim(rawPath));
        return directory?.Names() ?? [];
    }

    /// <summary>A regular file's text, or null where there is none.</summary>
    /// <exception cref="IOException">It is larger than a text file has reason to be (4 MiB).</exception>
    public string? ReadText(string rawPath)
    {
        const int Largest = 4 << 20;
        using var place = Resolve(rawPath);
        if (place?.Status.IsRegular != true) return null;
        if (place.Status.Size > Largest) throw new IOException($"'{Text(rawPath)}' is too large to be read as a text");
        using var file = place.Directory.OpenFile(place.Name);
        var content = new byte[place.Status.Size];
        var length = RandomAccess.Read(file, content, 0);
        return Encoding.UTF8.GetString(content, 0, length);
    }

    /// <summary>Opens a regular file to be read, all links followed; null where there is none.</summary>
    public Stream? OpenRead(string rawPath)
    {
        using var place = Resolve(rawPath);
        return place?.Status.IsRegular == true ? new FileStream(place.Directory.OpenFile(place.Name), FileAccess.Read) : null;
    }

    /// <summary>Removes a path that is no directory, or an empty directory of its own; nothing where there is none.</summary>
    public void Remove(string rawPath)
    {
        var (parent, name) = Split(rawPath);
        using var directory = Root.TryOpenInRoot(parent);
        if (name.Length > 0) directory?.Remove(name);
    }

    /// <summary>Where a path leads, as far as there is anything: the same path without links.</summary>
    public string PhysicalPath(string rawPath)
    {
        var path = "";
        var pending = new Stack<string>(rawPath.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse());
        for (var steps = 0; pending.TryPop(out var name) && steps < 4096; steps++)
        {
            if (name is "." or "") continue;
            if (name == "..")
            {
                path = Split(path).Parent;
                continue;
            }

            var next = path.Length == 0 ? name : $"{path}/{name}";
            if (LinkStatus(next) is not { IsSymbolicLink: true })
            {
                path = next;
                continue;
            }

            using var directory = Root.TryOpenInRoot(path)!;
            var link = directory.ReadLink(name);
            if (link.StartsWith('/')) path = "";
            foreach (var part in link.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse()) pending.Push(part);
        }

        return path;
    }

    public void Dispose()
    {
        Root.Dispose();
        _mount?.Dispose();
    }

    /// <summary>The directory and name that a path means in the end; null where there is nothing.</summary>
    internal TreePlace? Resolve(string rawPath)
    {
        var path = Trim(rawPath);
        for (var links = 0; links <= MostLinks; links++)
        {
            var (parent, name) = Split(path);
            var directory = Root.TryOpenInRoot(parent);
            if (directory is null) return null;
            if (name is "" or "." or "..")
            {
                directory.Dispose();
                return Root.TryOpenInRoot(path) is { } whole ? new TreePlace(whole, ".", whole.Stat()) : null;
            }

            if (directory.Stat(name) is not { } status)
            {
                directory.Dispose();
                return null;
            }

            if (!status.IsSymbolicLink) return new TreePlace(directory, name, status);
            path = Target(parent, directory.ReadLink(name));
            directory.Dispose();
        }

        throw new LinuxException("openat2", Errno.ELOOP, Text(rawPath));
    }

    /// <summary>Where a link in a directory leads, as a path of this tree.</summary>
    internal static string Target(string parent, string link) => link.StartsWith('/') ? Trim(link) : parent.Length == 0 ? link : $"{parent}/{link}";

    internal static string Trim(string rawPath) => rawPath.Trim('/');

    internal static (string Parent, string Name) Split(string rawPath)
    {
        var path = Trim(rawPath);
        var slash = path.LastIndexOf('/');
        return slash < 0 ? ("", path) : (path[..slash].TrimEnd('/'), path[(slash + 1)..]);
    }
}

/// <summary>A file by its directory and its name there; no link. The owner disposes it.</summary>
internal sealed record TreePlace(DirectoryHandle Directory, string Name, FileStatus Status) : IDisposable
{
    public void Dispose() => Directory.Dispose();
}
