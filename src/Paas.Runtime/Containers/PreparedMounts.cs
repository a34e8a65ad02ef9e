using Microsoft.Win32.SafeHandles;
using Paas.Contracts.Supervision;
using Paas.Linux;
using Paas.Linux.Cgroups;
using Paas.Oci.Runtime;
using static Paas.Linux.Native;

namespace Paas.Runtime.Containers;

/// <summary>
/// What the parent opens before the fork: the root and the sources of bind mounts, as mounts attached nowhere. The child need not
/// be able to reach their paths, and nothing appears in the host's mount namespace.
/// </summary>
internal sealed class PreparedMounts : IDisposable
{
    private readonly List<IDisposable> _open = [];
    private readonly RuntimeConfig _config;
    private readonly string _bundle;
    private readonly NamespacePlan _namespaces;
    private readonly MappedIds _ids;
    private string? _rootPath;
    private ImagePlaces _places = null!;

    private PreparedMounts(RuntimeConfig config, string bundle, NamespacePlan namespaces)
    {
        (_config, _bundle, _namespaces) = (config, bundle, namespaces);
        _ids = Keep(new MappedIds(config.Linux, namespaces));
    }

    /// <summary>The root filesystem.</summary>
    public SafeFileHandle Root { get; private set; } = null!;

    /// <summary>Mounts in the bundle's order.</summary>
    public IReadOnlyList<PreparedMount> Mounts { get; private set; } = [];

    /// <summary>Device nodes for a container that can make none itself, or null.</summary>
    public PreparedDevices? Devices { get; private set; }

    /// <summary>The host's procfs, for what the child writes there; null when that is nothing.</summary>
    public Procfs? Procfs { get; private set; }

    /// <param name="config">The bundle's.</param>
    /// <param name="bundle">Its directory.</param>
    /// <param name="rootfs">Overlay instead of the bundle's root, or null.</param>
    /// <param name="group">The container's control group, which exists.</param>
    /// <param name="namespaces">The container's.</param>
    public static PreparedMounts Open(
        RuntimeConfig config, string bundle, RootfsMount? rootfs, ControlGroup group, NamespacePlan namespaces)
    {
        var prepared = new PreparedMounts(config, bundle, namespaces);
        try
        {
            prepared.Root = prepared.Keep(rootfs is null ? prepared.OpenBundleRoot() : prepared.OpenOverlay(rootfs));
            prepared.PrepareMounts(group);
            if (DeviceSteps.AreWanted(prepared.Mounts) && namespaces.Has(NamespaceKind.User))
            {
                prepared.Devices = prepared.Keep(PreparedDevices.Make(config.Linux?.Devices, prepared._ids));
            }

            if (config.Linux is { Sysctl.Count: > 0 } or { TimeOffsets.Count: > 0 }) prepared.Procfs = prepared.Keep(Linux.Procfs.Open());
            return prepared;
        }
        catch
        {
            prepared.Dispose();
            throw;
        }
    }

    private SafeFileHandle OpenBundleRoot()
    {
        var path = _rootPath = Path.GetFullPath(_config.Root?.Path ?? throw new RuntimeException("config.json has no root"), _bundle);
        if (!Directory.Exists(path)) throw new RuntimeException($"the root filesystem {path} is not a directory");
        var root = Linux.Mounts.OpenTreeClone(path, recursive: true);
        // A copy of the host's mounts must not hand on to them what is mounted in it.
        Linux.Mounts.SetAttributes(root, 0, 0, MS_PRIVATE, recursive: true);
        return root;
    }

    private SafeFileHandle OpenOverlay(RootfsMount rootfs)
    {
        var mapped = rootfs.IdMapped && _config.Linux?.UidMappings is { Count: > 0 };
        return OverlayMounts.Create(
            rootfs.LowerDirectories, rootfs.UpperDirectory, rootfs.WorkDirectory,
            mapped ? _ids.Namespace(null, null) : null, mapped ? _ids.Root : null);
    }

    private void PrepareMounts(ControlGroup group)
    {
        _places = new ImagePlaces(Root);
        var mounts = new List<PreparedMount>();
        foreach (var config in _config.Mounts ?? [])
        {
            var mount = Prepare(config, group);
            mounts.Add(mount);
            if (!mount.Options.Remount) _places.Cover(mount);
        }

        Mounts = mounts;
    }

    private PreparedMount Prepare(MountConfig config, ControlGroup group)
    {
        var mount = new PreparedMount
        {
            Config = config, Options = MountOptions.Parse(config.Options), Destination = WithoutRoot(TargetSteps.Clean(config.Destination)),
        };
        var options = mount.Options;
        if (options.Remount) return mount;
        ProcRules.Check(mount, _places.WriteOutLinks(mount.Destination), _bundle);
        if (options.Bind || config.Type is null or "" or "none" or "bind") return PrepareBind(mount);
        if (options.IdMap || config.UidMappings is { Count: > 0 }) throw new RuntimeException($"mount {config.Destination}: only bind mounts can be id-mapped");
        if (config.Type is "cgroup" or "cgroup2")
        {
            return mount with { Groups = Keep(CgroupClones.Open(group, options, _namespaces)) };
        }

        if (config.Type == "sysfs") return mount with { HostInstead = CloneSysfs(options) };
        if (config.Type != "tmpfs") return mount;
        mount = InheritMode(mount);
        return options.CopyUp ? CopyUp(mount) : mount;
    }

    // The child could only bind the host's with all that is mounted in it, control groups among it, which programs then find twice.
    private SafeFileHandle? CloneSysfs(MountOptions options)
    {
        if (!_namespaces.Has(NamespaceKind.User)) return null;
        try
        {
            var clone = Keep(Linux.Mounts.OpenTreeClone("/sys", recursive: false));
            Linux.Mounts.SetAttributes(clone, options.NewMount, 0, MS_PRIVATE);
            return clone;
        }
        catch (LinuxException e) when (e.Errno is Errno.EPERM or Errno.EINVAL)
        {
            return null;
        }
    }

    private PreparedMount PrepareBind(PreparedMount mount)
    {
        var (config, options) = (mount.Config, mount.Options);
        if (string.IsNullOrEmpty(config.Source)) throw new RuntimeException($"mount {config.Destination}: a bind mount needs a source");
        var path = Path.GetFullPath(config.Source, _bundle);
        mount = mount with { MissingPlace = _places.WriteOutLinks(mount.Destination) };
        if (options.CopySymbolicLink && File.ResolveLinkTarget(path, returnFinalTarget: false) is not null)
        {
            return mount with { LinkText = ReadLink(path) };
        }

        var mapping = options.IdMap || config.UidMappings is { Count: > 0 } ? _ids.Namespace(config.UidMappings, config.GidMappings) : null;
        if (InnerPath(path, options.RecursiveBind) is { } inner)
        {
            using var there = _places.Open(inner, O_PATH);
            return mount with
            {
                InnerSource = inner, IdMap = mapping, IsDirectory = there is null || Files.Status(there).IsDirectory,
                BindAttributes = LocksAttributes ? BindAttributes.Keeping(options) : BindAttributes.Exact(options),
            };
        }

        if (mapping is null && CanBeClonedByChild(path))
        {
            var seen = Keep(Files.Open(path, O_PATH));
            return mount with
            {
                HostSource = path, Seen = seen, IsDirectory = Files.Status(seen).IsDirectory, BindAttributes = BindAttributes.Exact(options),
            };
        }

        var tree = Keep(Linux.Mounts.OpenTreeClone(path, options.RecursiveBind));
        if (mapping is not null) Linux.Mounts.MapIds(tree, mapping, options.RecursiveIdMap);
        SetAttributes(tree, mount);
        return mount with { Source = tree, IsDirectory = Files.Status(tree).IsDirectory };
    }

    // Where the child sees under that path what this process sees: not the other's own entries of procfs, not the container's root, which is
    // mounted by then; and where a slave of the host's mount is what is wanted, which is all that a copy of the host's mounts has.
    private bool CanBeClonedByChild(string path)
    {
        if (!_namespaces.Makes(NamespaceKind.Mount) || _namespaces.Has(NamespaceKind.User)) return false;
        if (_config.Linux?.RootfsPropagation is "shared" or "rshared" or "private" or "rprivate") return false;
        var root = Path.GetFullPath(_config.Root!.Path, _bundle);
        return !ImagePlaces.IsAtOrBelow(path, "/proc") && !ImagePlaces.IsAtOrBelow(path, "/dev")
            && !ImagePlaces.IsAtOrBelow(path, root) && !ImagePlaces.IsAtOrBelow(root, path);
    }

    // As the kernel does for what a user namespace's mounts come from.
    private bool LocksAttributes => _namespaces.Has(NamespaceKind.User);

    private void SetAttributes(SafeFileHandle tree, PreparedMount mount)
    {
        var options = mount.Options;
        if (RootSteps.BindPropagation(options, _config.Linux?.RootfsPropagation) is var (propagation, recursive) && propagation != 0)
        {
            Linux.Mounts.SetAttributes(tree, 0, 0, propagation, recursive);
        }

        if (options.NamesAttributes && (LocksAttributes || !TrySetExactly(tree, options)))
        {
            BindAttributes.CheckLocked(options, tree, mount.Config.Source!, mount.Destination);
            var change = BindAttributes.Keeping(options);
            Linux.Mounts.SetAttributes(tree, change.Set, change.Clear);
        }

        if (options.RecursiveAttributes.Any)
        {
            Linux.Mounts.SetAttributes(tree, options.RecursiveAttributes.Set, options.RecursiveAttributes.Clear, recursive: true);
        }
    }

    // Refused where the caller itself is in a user namespace, and the source is not of its making.
    private static bool TrySetExactly(SafeFileHandle tree, MountOptions options)
    {
        try
        {
            var change = BindAttributes.Exact(options);
            Linux.Mounts.SetAttributes(tree, change.Set, change.Clear);
            return true;
        }
        catch (LinuxException e) when (e.Errno == Errno.EPERM)
        {
            return false;
        }
    }

    // A source below the root's own path shows the mounts made before it in the container, which are not there on the host.
    private string? InnerPath(string source, bool recursive)
    {
        if (_rootPath is null || source == _rootPath || !ImagePlaces.IsAtOrBelow(source, _rootPath)) return null;
        var inner = source[_rootPath.Length..];
        return (recursive ? _places.HasMounts(inner) : _places.IsCovered(inner)) ? inner : null;
    }

    // A destination may be written with the root's path on the host in front.
    private string WithoutRoot(string destination) =>
        _rootPath is not (null or "/") && ImagePlaces.IsAtOrBelow(destination, _rootPath) && destination.Length > _rootPath.Length
            ? destination[_rootPath.Length..]
            : destination;

    // Without a mode of its own a tmpfs gets that of the directory it covers.
    private PreparedMount InheritMode(PreparedMount mount)
    {
        if (mount.Options.Filesystem.Any(option => option.Key == "mode")) return mount;
        using var covered = _places.Open(mount.Destination, O_PATH | O_DIRECTORY);
        if (covered is null) return mount;
        return mount with { MoreOptions = [("mode", Convert.ToString(Files.Status(covered).Permissions, 8))] };
    }

    private PreparedMount CopyUp(PreparedMount mount)
    {
        using var source = _places.Open(mount.Destination, O_RDONLY | O_DIRECTORY);
        if (source is null) return mount;
        using var context = new FilesystemContext("tmpfs");
        if (mount.Config.Source is { Length: > 0 } name) context.Set("source", name);
        foreach (var (key, value) in mount.Options.Filesystem.Concat(mount.MoreOptions))
        {
            if (value is null) context.Set(key);
            else context.Set(key, key is "uid" or "gid" ? _ids.Outside(key, value) : value);
        }

        // Filled while it can be written; attributes of the mount come after.
        var tree = Keep(context.Mount());
        if (!mount.Options.Filesystem.Any(option => option.Key is "uid" or "gid")) Files.ChangeOwner(tree, _ids.Root.Uid, _ids.Root.Gid);
        using (var inside = Files.OpenBelow(tree, ".", O_RDONLY | O_DIRECTORY, RESOLVE_BENEATH)) TreeCopy.Copy(source, inside);
        Linux.Mounts.SetAttributes(tree, mount.Options.NewMount & ~MOUNT_ATTR_RDONLY);
        return mount with { Source = tree };
    }

    private static string ReadLink(string path)
    {
        using var link = Files.Open(path, O_PATH | O_NOFOLLOW);
        return Files.ReadLink(link);
    }

    private T Keep<T>(T kept) where T : IDisposable?
    {
        if (kept is not null) _open.Add(kept);
        return kept;
    }

    public void Dispose()
    {
        foreach (var kept in _open) kept.Dispose();
    }
}
