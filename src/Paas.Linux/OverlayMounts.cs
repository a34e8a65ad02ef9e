using Microsoft.Win32.SafeHandles;
using static Paas.Linux.Native;

namespace Paas.Linux;

/// <summary>Overlay mounts that are attached nowhere (fsopen, fsconfig, fsmount).</summary>
public static class OverlayMounts
{
    /// <summary>Makes one. Layers are id-mapped through <paramref name="userNamespace"/> when it is given.</summary>
    /// <param name="lowerDirectories">Uppermost first; at least one.</param>
    /// <param name="upperDirectory">Null mounts read-only.</param>
    /// <param name="workDirectory">Empty, on the filesystem of the upper one.</param>
    /// <param name="userNamespace">From <see cref="UserNamespaces.Create"/>, or null.</param>
    /// <param name="owner">With id-mapped layers: what the container's root is on the host.</param>
    /// <exception cref="LinuxException">What the kernel refused, with its own words where it has some.</exception>
    public static SafeFileHandle Create(
        IReadOnlyList<string> lowerDirectories,
        string? upperDirectory,
        string? workDirectory,
        SafeFileHandle? userNamespace,
        (uint Uid, uint Gid)? owner = null)
    {
        using var layers = new OverlayLayers(lowerDirectories, upperDirectory, workDirectory, userNamespace);
        return TryWithDescriptors(layers, owner) ?? OverlayWorkshop.Create(layers, owner);
    }

    // Linux 6.13: layers given as open mounts. Null where the kernel takes only paths.
    private static SafeFileHandle? TryWithDescriptors(OverlayLayers layers, (uint Uid, uint Gid)? owner)
    {
        using var overlay = new FilesystemContext("overlay");
        foreach (var lower in layers.Lower)
        {
            if (!overlay.TrySet("lowerdir+", lower)) return null;
        }

        if (layers.Upper is null) return overlay.Mount(MOUNT_ATTR_RDONLY);
        if (!overlay.TrySet("upperdir", layers.Upper) || !overlay.TrySet("workdir", layers.Work!)) return null;
        // What the overlay does to its upper layer it does as whoever made it, and an id outside the mapping owns nothing there:
        // the kernel would make the overlay read-only.
        using var maker = owner is var (uid, gid) ? new FilesystemIdentity(uid, gid) : null;
        return overlay.Mount();
    }
}
