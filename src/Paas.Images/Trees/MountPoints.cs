using Paas.Images.Interop;
using Paas.Images.Layers;
using Paas.Images.Snapshots;

namespace Paas.Images.Trees;

/// <summary>
/// The places that a container's mounts need and its root filesystem lacks. They are made when it starts; this takes them away
/// again, so that a layer holds only what the container's program did.
/// </summary>
public sealed class MountPoints
{
    private readonly OverlayMount _snapshot;
    private readonly IReadOnlyList<string> _missing;

    private MountPoints(OverlayMount snapshot, IReadOnlyList<string> missing)
    {
        _snapshot = snapshot;
        _missing = missing;
    }

    /// <summary>Looks what is missing; to be called before the container starts.</summary>
    /// <param name="snapshot">The container's root.</param>
    /// <param name="targets">Absolute paths.</param>
    public static MountPoints Of(OverlayMount snapshot, IEnumerable<string> targets)
    {
        using var tree = FileTree.Of(snapshot);
        return new MountPoints(snapshot, [.. targets.Select(FileTree.Raw).Where(target => tree.Status(target) is null).Select(tree.PhysicalPath)]);
    }

    /// <summary>Removes those that are empty, and the directories that were made or copied up only for them.</summary>
    public void Remove()
    {
        using var upper = DirectoryHandle.Open(_snapshot.UpperDirectory!);
        using var lower = new LowerMetadata(_snapshot.LowerDirectories);
        foreach (var target in _missing.OrderByDescending(path => path.Count(c => c == '/')))
        {
            var isTarget = true;
            for (var path = target; path.Length > 0 && RemoveIfEmpty(upper, lower, path, isTarget); path = FileTree.Split(path).Parent) isTarget = false;
        }
    }

    private static bool RemoveIfEmpty(DirectoryHandle upper, LowerMetadata lower, string path, bool isTarget)
    {
        var (parentPath, name) = FileTree.Split(path);
        using var parent = upper.TryOpenBeneath(parentPath);
        if (parent?.Stat(name) is not { } status) return false;
        if (!status.IsDirectory)
        {
            if (!isTarget || !status.IsRegular || status.Size > 0) return false;
            parent.Remove(name);
            return true;
        }

        using (var directory = parent.OpenChild(name))
        {
            if (directory.Names().Count > 0) return false;
            // One of the image that the program emptied or changed stays so. (A directory with nothing below it may be marked all the same.)
            var isReplaced = directory.Attribute(".", Whiteouts.OpaqueAttribute) is not null;
            if (lower.Find(path) is { } below && (isReplaced || below.Mode != status.Mode || below.Uid != status.Uid || below.Gid != status.Gid)) return false;
        }

        parent.Remove(name);
        return true;
    }
}
