using Paas.Linux;
using Paas.Linux.Cgroups;
using Paas.Linux.Launching;
using static Paas.Linux.Native;

namespace Paas.Runtime.Containers;

/// <summary>
/// The container's view of its control groups. With a cgroup namespace the hierarchies are mounted anew, which shows them from
/// the container's group down; without, what the parent has cloned is bound (<see cref="CgroupClones"/>).
/// </summary>
internal sealed class CgroupMountSteps(LaunchProgram program, TargetSteps targets, MountSteps mounts, ControlGroup group)
{
    /// <summary>Adds what one mount of type <c>cgroup</c> or <c>cgroup2</c> stands for.</summary>
    public void Add(PreparedMount mount)
    {
        if (CgroupHierarchies.Current.IsUnified || mount.Config.Type == "cgroup2")
        {
            AddUnified(mount.Destination, mount);
            return;
        }

        var destination = mount.Destination;
        var attributes = mount.Options.NewMount;
        var place = targets.OpenOrMake("mount cgroup", destination, directory: true);
        var top = mounts.Make("tmpfs", "tmpfs", [("mode", "755")], attributes & ~MOUNT_ATTR_RDONLY, destination);
        mounts.Attach(top, place, "mount cgroup", destination);
        targets.Close(place);
        foreach (var hierarchy in Legacy())
        {
            AddLegacy($"{destination}/{hierarchy.Name}", hierarchy, mount);
            MakeLinks(top, destination, hierarchy.Name);
        }

        if (CgroupHierarchies.Current.Unified is not null) AddUnified(destination + "/unified", mount);
        if (mount.Options.ReadOnly) mounts.SetAttributes(top, MOUNT_ATTR_RDONLY, 0, 0, recursive: false, "remount read-only", destination);
        mounts.SetPropagation(top, mount.Options, destination);
        targets.Close(top);
    }

    private void AddLegacy(string destination, LegacyHierarchy hierarchy, PreparedMount mount)
    {
        if (mount.Groups is not null)
        {
            mounts.AttachPrepared((long)mount.Groups[hierarchy.Directory].DangerousGetHandle(), destination, directory: true);
            return;
        }

        var at = targets.OpenOrMake("mount cgroup", destination, directory: true);
        var made = mounts.Make("cgroup", "cgroup", hierarchy.Options, mount.Options.NewMount, destination);
        mounts.Attach(made, at, "mount cgroup", destination);
        targets.Close(made);
        targets.Close(at);
    }

    // Controllers that share a hierarchy, as in "cpu,cpuacct", are found under their own names too.
    private void MakeLinks(Register top, string destination, string name)
    {
        if (!name.Contains(',')) return;
        foreach (var controller in name.Split(','))
        {
            program.Add("make link", $"{destination}/{controller}", SYS_symlinkat, program.Text(name), top, program.Text(controller)).Tolerate(Errno.EEXIST);
        }
    }

    private void AddUnified(string destination, PreparedMount mount)
    {
        const string Step = "mount cgroup2";
        if (mount.Groups is not null)
        {
            var all = CgroupHierarchies.Current.Unified ?? throw new RuntimeException($"mount {destination}: this machine has no unified hierarchy");
            mounts.AttachPrepared((long)mount.Groups[all].DangerousGetHandle(), destination, directory: true);
            return;
        }

        var at = targets.OpenOrMake(Step, destination, directory: true);
        var (made, attempts) = mounts.TryMake("cgroup2", "cgroup", mount.Options.Filesystem, mount.Options.NewMount, destination);
        mounts.Attach(made, at, Step, destination);
        mounts.SetPropagation(made, mount.Options, destination);
        targets.Close(made);
        // A user namespace that does not own the cgroup namespace may not mount it: the container's own directory looks the same.
        if (group.UnifiedDirectory is { } directory)
        {
            mounts.BindInstead(attempts, [Errno.EPERM, Errno.EBUSY], Step, directory, mount.Options.NewMount, at, destination);
        }

        targets.Close(at);
    }

    private sealed record LegacyHierarchy(string Name, IReadOnlyList<(string, string?)> Options, string Directory);

    // The v1 hierarchies the container is in: name of the mount point, options that select it, the container's directory.
    private IEnumerable<LegacyHierarchy> Legacy()
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

            yield return new LegacyHierarchy(Path.GetFileName(hierarchy.Key), options, hierarchy.First().Value);
        }
    }
}
