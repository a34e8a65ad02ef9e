using Microsoft.Win32.SafeHandles;
using Paas.Linux;
using Paas.Linux.Cgroups;
using static Paas.Linux.Native;

namespace Paas.Runtime.Containers;

/// <summary>
/// The container's view of its control groups. With a cgroup namespace the hierarchies are mounted anew, which shows them from
/// the container's group down; without, the container's own directories are bound.
/// </summary>
internal sealed class CgroupMountSteps(TargetSteps targets, MountSteps mounts)
{
    /// <summary>Adds what one mount of type <c>cgroup</c> stands for.</summary>
    /// <param name="destination">Usually <c>/sys/fs/cgroup</c>.</param>
    /// <param name="options">Flags; read-only is usual.</param>
    /// <param name="group">The container's group.</param>
    /// <param name="prepared">Without a cgroup namespace: detached clones of the group's directories, by directory.</param>
    public void Add(string destination, MountOptions options, ControlGroup group, IReadOnlyDictionary<string, SafeFileHandle>? prepared)
    {
        if (CgroupHierarchies.Current.IsUnified)
        {
            AddUnified(destination, options.Set, group, prepared);
            return;
        }

        var place = targets.OpenOrMake("mount cgroup", destination, directory: true);
        var top = mounts.Make("tmpfs", "tmpfs", [("mode", "755")], options.Set & ~MOUNT_ATTR_RDONLY, destination);
        mounts.Attach(top, place, "mount cgroup", destination);
        targets.Close(place);
        foreach (var (name, controllers, directory) in Legacy(group))
        {
            var below = $"{destination}/{name}";
            if (prepared is not null) mounts.AttachPrepared((int)prepared[directory].DangerousGetHandle(), below, directory: true);
            else
            {
                var at = targets.OpenOrMake("mount cgroup", below, directory: true);
                var hierarchy = mounts.Make("cgroup", "cgroup", controllers, options.Set, below);
                mounts.Attach(hierarchy, at, "mount cgroup", below);
                targets.Close(hierarchy);
                targets.Close(at);
            }
        }

        if (CgroupHierarchies.Current.Unified is not null) AddUnified(destination + "/unified", options.Set, group, prepared);
        if (options.ReadOnly) mounts.SetAttributes(top, MOUNT_ATTR_RDONLY, 0, 0, recursive: false, "remount read-only", destination);
        targets.Close(top);
    }

    /// <summary>Clones of the group's directories, for a container without a cgroup namespace.</summary>
    public static Dictionary<string, SafeFileHandle> Prepare(ControlGroup group, MountOptions options)
    {
        var clones = new Dictionary<string, SafeFileHandle>();
        foreach (var directory in group.LegacyDirectories.Values.Append(group.UnifiedDirectory))
        {
            if (directory is null || clones.ContainsKey(directory)) continue;
            var clone = clones[directory] = Mounts.OpenTreeClone(directory, recursive: false);
            Mounts.SetAttributes(clone, options.Set, options.Clear, MS_PRIVATE);
        }

        return clones;
    }

    private void AddUnified(string destination, long attributes, ControlGroup group, IReadOnlyDictionary<string, SafeFileHandle>? prepared)
    {
        if (prepared is not null)
        {
            mounts.AttachPrepared((int)prepared[group.UnifiedDirectory!].DangerousGetHandle(), destination, directory: true);
            return;
        }

        var at = targets.OpenOrMake("mount cgroup2", destination, directory: true);
        var hierarchy = mounts.Make("cgroup2", "cgroup", [], attributes, destination);
        mounts.Attach(hierarchy, at, "mount cgroup2", destination);
        targets.Close(hierarchy);
        targets.Close(at);
    }

    // The v1 hierarchies the container is in: name of the mount point, options that select it, the container's directory.
    private static IEnumerable<(string Name, IReadOnlyList<(string, string?)> Options, string Directory)> Legacy(ControlGroup group)
    {
        foreach (var hierarchy in group.LegacyDirectories.GroupBy(pair => CgroupHierarchies.Current.Legacy[pair.Key]))
        {
            var options = new List<(string, string?)>();
            foreach (var (controller, _) in hierarchy)
            {
                if (!controller.StartsWith("name=", StringComparison.Ordinal)) options.Add((controller, null));
                else options.AddRange([("none", null), ("name", controller["name=".Length..])]);
            }

            // Controllers that share the hierarchy select it too, whether the container uses them or not.
            foreach (var (controller, mount) in CgroupHierarchies.Current.Legacy)
            {
                if (mount == hierarchy.Key && !hierarchy.Any(pair => pair.Key == controller)) options.Add((controller, null));
            }

            yield return (Path.GetFileName(hierarchy.Key), options, hierarchy.First().Value);
        }
    }
}
