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
    private readonly Dictionary<string, SafeFileHandle> _userNamespaces = [];
    private readonly RuntimeConfig _config;
    private readonly string _bundle;

    private PreparedMounts(RuntimeConfig config, string bundle) => (_config, _bundle) = (config, bundle);

    /// <summary>The root filesystem.</summary>
    public SafeFileHandle Root { get; private set; } = null!;

    /// <summary>Mounts in the bundle's order.</summary>
    public IReadOnlyList<PreparedMount> Mounts { get; private set; } = [];

    /// <param name="config">The bundle's.</param>
    /// <param name="bundle">Its directory.</param>
    /// <param name="rootfs">Overlay instead of the bundle's root, or null.</param>
    /// <param name="group">The container's control group, which exists.</param>
    /// <param name="hasGroupNamespace">Whether the container gets a cgroup namespace.</param>
    public static PreparedMounts Open(RuntimeConfig config, string bundle, RootfsMount? rootfs, ControlGroup group, bool hasGroupNamespace)
    {
        var prepared = new PreparedMounts(config, bundle);
        try
        {
            prepared.Root = prepared.Keep(rootfs is null ? prepared.OpenBundleRoot() : prepared.OpenOverlay(rootfs));
            prepared.Mounts = [.. (config.Mounts ?? []).Select(mount => prepared.Prepare(mount, group, hasGroupNamespace))];
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
        var path = Path.GetFullPath(_config.Root?.Path ?? throw new RuntimeException("config.json has no root"), _bundle);
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
            mapped ? UserNamespace(_config.Linux!.UidMappings!, _config.Linux.GidMappings!) : null,
            mapped ? (RootOf(_config.Linux!.UidMappings!), RootOf(_config.Linux.GidMappings!)) : null);
    }

    private static uint RootOf(IReadOnlyList<IdMapping> mappings) =>
        mappings.FirstOrDefault(mapping => mapping.ContainerID == 0)?.HostID ?? throw new RuntimeException("the mappings leave out the container's id 0");

    private PreparedMount Prepare(MountConfig mount, ControlGroup group, bool hasGroupNamespace)
    {
        var options = MountOptions.Parse(mount.Options, mount.Destination);
        if (mount.Type == "cgroup")
        {
            var clones = hasGroupNamespace ? null : CgroupMountSteps.Prepare(group, options);
            foreach (var clone in clones?.Values ?? Enumerable.Empty<SafeFileHandle>()) Keep(clone);
            return new PreparedMount(mount, options, null, true, clones);
        }

        if (!options.Bind && mount.Type is not (null or "" or "none" or "bind"))
        {
            if (options.IdMap) throw new RuntimeException($"mount {mount.Destination}: only bind mounts can be id-mapped here");
            return new PreparedMount(mount, options, null, true, null);
        }

        var (source, directory) = OpenBind(mount, options);
        return new PreparedMount(mount, options, source, directory, null);
    }

    private (SafeFileHandle Source, bool Directory) OpenBind(MountConfig mount, MountOptions options)
    {
        if (string.IsNullOrEmpty(mount.Source)) throw new RuntimeException($"mount {mount.Destination}: a bind mount needs a source");
        var path = Path.GetFullPath(mount.Source, _bundle);
        var tree = Keep(Linux.Mounts.OpenTreeClone(path, options.RecursiveBind));
        var mapped = options.IdMap || mount.UidMappings is { Count: > 0 };
        if (mapped)
        {
            var uids = mount.UidMappings ?? _config.Linux?.UidMappings;
            var gids = mount.GidMappings ?? _config.Linux?.GidMappings;
            if (uids is null or [] || gids is null or []) throw new RuntimeException($"mount {mount.Destination}: nothing to map ids with");
            Linux.Mounts.MapIds(tree, UserNamespace(uids, gids), options.RecursiveIdMap);
        }

        var propagation = options.Propagation == 0 ? MS_PRIVATE : options.Propagation;
        Linux.Mounts.SetAttributes(tree, 0, 0, propagation, options.Propagation == 0 || options.PropagationRecursive);
        if (options.RecursiveSet != 0 || options.RecursiveClear != 0)
        {
            Linux.Mounts.SetAttributes(tree, options.RecursiveSet, options.RecursiveClear, recursive: true);
        }

        if (options.Set != 0 || options.Clear != 0) Linux.Mounts.SetAttributes(tree, options.Set, options.Clear);
        return (tree, Files.Status(tree).IsDirectory);
    }

    // One namespace serves all mounts with the same mappings.
    private SafeFileHandle UserNamespace(IReadOnlyList<IdMapping> uids, IReadOnlyList<IdMapping> gids)
    {
        var key = string.Join(',', uids) + "/" + string.Join(',', gids);
        if (!_userNamespaces.TryGetValue(key, out var made))
        {
            _userNamespaces[key] = made = Keep(UserNamespaces.Create(Ranges(uids), Ranges(gids)));
        }

        return made;
    }

    /// <summary>Mappings as the kernel counts them.</summary>
    public static IReadOnlyList<IdRange> Ranges(IReadOnlyList<IdMapping> mappings) =>
        [.. mappings.Select(mapping => new IdRange(mapping.ContainerID, mapping.HostID, mapping.Size))];

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

/// <summary>A mount of the bundle and what the parent prepared for it.</summary>
/// <param name="Config">From the bundle.</param>
/// <param name="Options">Its options, sorted.</param>
/// <param name="Source">A bind mount's detached source; null for other types.</param>
/// <param name="IsDirectory">What is mounted.</param>
/// <param name="Groups">For cgroups without their namespace: clones by directory.</param>
internal sealed record PreparedMount(
    MountConfig Config,
    MountOptions Options,
    SafeFileHandle? Source,
    bool IsDirectory,
    IReadOnlyDictionary<string, SafeFileHandle>? Groups);
