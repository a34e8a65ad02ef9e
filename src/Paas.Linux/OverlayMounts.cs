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
        (uint Uid, uint Gid)? owner = null) =>
        Create(lowerDirectories, upperDirectory, workDirectory, userNamespace, owner, layers => TryWithDescriptors(layers) ?? WithPaths(layers));

    // The way of kernels before 6.13, on any kernel.
    internal static SafeFileHandle CreateWithPaths(
        IReadOnlyList<string> lower, string? upper, string? work, SafeFileHandle? userNamespace, (uint Uid, uint Gid)? owner) =>
        Create(lower, upper, work, userNamespace, owner, WithPaths);

    private static SafeFileHandle Create(
        IReadOnlyList<string> lowerDirectories,
        string? upperDirectory,
        string? workDirectory,
        SafeFileHandle? userNamespace,
        (uint Uid, uint Gid)? owner,
        Func<Layers, SafeFileHandle> make)
    {
        using var layers = new Layers(lowerDirectories, upperDirectory, workDirectory, userNamespace);
        // What the overlay does to its upper layer it does as whoever mounted it, and an id outside the mapping owns nothing
        // there: the kernel would make the overlay read-only.
        using var mounter = upperDirectory is not null && owner is var (uid, gid) ? new FilesystemIdentity(uid, gid) : null;
        return make(layers);
    }

    // Linux 6.13: layers given as open mounts. Null where the kernel takes only paths.
    private static SafeFileHandle? TryWithDescriptors(Layers layers)
    {
        using var overlay = new FilesystemContext("overlay");
        foreach (var lower in layers.Lower)
        {
            if (!overlay.TrySet("lowerdir+", lower)) return null;
        }

        if (layers.Upper is not null && (!overlay.TrySet("upperdir", layers.Upper) || !overlay.TrySet("workdir", layers.Work!)))
        {
            return null;
        }

        return overlay.Mount(layers.Upper is null ? MOUNT_ATTR_RDONLY : 0);
    }

    // Older kernels: the open mounts by their names below /proc/self/fd. An option's value is at most 255 bytes there, so the
    // names are made relative to that directory, which gives 60 layers and more.
    private static SafeFileHandle WithPaths(Layers layers)
    {
        var before = Directory.GetCurrentDirectory();
        Directory.SetCurrentDirectory("/proc/self/fd");
        try
        {
            using var overlay = new FilesystemContext("overlay");
            overlay.Set("lowerdir", string.Join(':', layers.Lower.Select(lower => $"{lower.DangerousGetHandle()}")));
            if (layers.Upper is not null)
            {
                overlay.Set("upperdir", $"{layers.Upper.DangerousGetHandle()}").Set("workdir", $"{layers.Work!.DangerousGetHandle()}");
            }

            return overlay.Mount(layers.Upper is null ? MOUNT_ATTR_RDONLY : 0);
        }
        finally
        {
            Directory.SetCurrentDirectory(before);
        }
    }

    // The directories as detached mounts of their own, id-mapped where asked. Upper and work directory must lie on one mount,
    // so when mapped both are opened below a clone of their common parent.
    internal sealed class Layers : IDisposable
    {
        private readonly List<SafeFileHandle> _open = [];

        public Layers(IReadOnlyList<string> lower, string? upper, string? work, SafeFileHandle? userNamespace)
        {
            try
            {
                Lower = [.. lower.Select(directory => Keep(Clone(directory, userNamespace)))];
                if (upper is null) return;
                var parent = CommonParent(upper, work!);
                var mount = Keep(Clone(parent, userNamespace));
                Upper = Keep(Below(mount, parent, upper));
                Work = Keep(Below(mount, parent, work!));
            }
            catch
            {
                Dispose();
                throw;
            }
        }

        public IReadOnlyList<SafeFileHandle> Lower { get; } = [];

        public SafeFileHandle? Upper { get; }

        public SafeFileHandle? Work { get; }

        private static SafeFileHandle Clone(string directory, SafeFileHandle? userNamespace)
        {
            var mount = Mounts.OpenTreeClone(directory, recursive: false);
            try
            {
                if (userNamespace is not null) Mounts.MapIds(mount, userNamespace);
                return mount;
            }
            catch
            {
                mount.Dispose();
                throw;
            }
        }

        private static SafeFileHandle Below(SafeFileHandle mount, string parent, string path) =>
            Files.OpenBelow(mount, Path.GetRelativePath(parent, path), O_PATH | O_DIRECTORY, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);

        private static string CommonParent(string first, string second)
        {
            var parent = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(first))!;
            while (!second.StartsWith(parent.TrimEnd('/') + "/", StringComparison.Ordinal)) parent = Path.GetDirectoryName(parent)!;
            return parent;
        }

        private SafeFileHandle Keep(SafeFileHandle handle)
        {
            _open.Add(handle);
            return handle;
        }

        public void Dispose()
        {
            foreach (var handle in _open) handle.Dispose();
        }
    }
}
