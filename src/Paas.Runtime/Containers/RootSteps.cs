using Paas.Linux;
using Paas.Linux.Launching;
using Paas.Oci.Runtime;
using static Paas.Linux.Native;

namespace Paas.Runtime.Containers;

/// <summary>The container's root: all that is mounted and made in it, and the change into it.</summary>
/// <param name="program">The first process's.</param>
/// <param name="plan">What it is compiled from.</param>
/// <param name="joinControlGroup">Adds the step that a mount of control groups has to come after.</param>
/// <param name="mapByParent">Adds the steps by which the parent maps the ids of a mount that a user namespace may not.</param>
internal sealed class RootSteps(LaunchProgram program, InitPlan plan, Action joinControlGroup, Action<Register> mapByParent)
{
    private readonly LinuxConfig _linux = plan.Config.Linux ?? new LinuxConfig();
    private readonly long _root = plan.Mounts.Root.DangerousGetHandle();

    /// <summary>The slave of the process's terminal once everything is mounted; null when it has none.</summary>
    public Register? Terminal { get; private set; }

    /// <summary>Makes the root filesystem complete, while the process still sees the host's.</summary>
    public void MountEverything()
    {
        var targets = new TargetSteps(program, _root);
        var mounts = new MountSteps(program, targets, Label, plan.Namespaces.Has(NamespaceKind.User) ? mapByParent : null);
        // Nothing mounted here reaches the host. What is unmounted there is unmounted here too, until the old root is gone.
        var propagation = _linux.RootfsPropagation is "private" or "rprivate" ? MS_PRIVATE : MS_SLAVE;
        if (!IsOnHost) program.Add("set propagation", "/", SYS_mount, 0, program.Text("/"), 0, MS_REC + propagation, 0);
        var devices = plan.Mounts.Devices is { } prepared ? Clone(prepared) : null;
        if (IsOnHost) AttachRootOnHost(mounts);
        else AttachRoot();
        foreach (var mount in plan.Mounts.Mounts) Add(mount, targets, mounts);
        if (DeviceSteps.AreWanted(plan.Mounts.Mounts))
        {
            new DeviceSteps(program, targets, mounts).Add(_linux.Devices, devices, plan.Namespaces.Has(NamespaceKind.User) || Namespaces.IsInUserNamespace);
        }

        if (plan.Terminal is { } target)
        {
            var terminals = new TerminalSteps(program);
            Terminal = terminals.Open(_root, target, plan.Config.Process!.User?.Uid ?? 0);
            terminals.MountConsole(Terminal.Value, mounts);
        }

        // As other runtimes do: a working directory that is missing is made.
        targets.Close(targets.OpenOrMake("make working directory", plan.Config.Process!.Cwd, directory: true));
        mounts.Finish();
        var hidden = new HiddenPathSteps(program, targets, mounts);
        foreach (var path in _linux.ReadonlyPaths ?? []) hidden.MakeReadOnly(path);
        foreach (var path in _linux.MaskedPaths ?? []) hidden.Mask(path);
        if (plan.Config.Root?.Readonly == true)
        {
            mounts.SetAttributes(_root, MOUNT_ATTR_RDONLY, 0, 0, recursive: false, "remount read-only", "/");
        }
    }

    // Hooks look for the container's mounts, and add some, where config.json has the root. A user namespace may be kept from going there.
    private void AttachRoot()
    {
        var path = Path.GetFullPath(plan.Config.Root!.Path, plan.Bundle);
        if (plan.NoPivot || !plan.HasWaypoint || path == "/")
        {
            Attach("mount root", _root);
            return;
        }

        var there = program.Add(
            "mount root", path, SYS_move_mount, _root, program.Text(""), AT_FDCWD, program.Text(path), MOVE_MOUNT_F_EMPTY_PATH).Tolerate(Errno.EACCES);
        Attach("mount root", _root);
        there.OnSuccess(program.Count);
    }

    // The host's mounts are the container's too: its root can be nowhere but over its own directory, and stays there until the
    // container is removed.
    private void AttachRootOnHost(MountSteps mounts)
    {
        var path = Path.GetFullPath(plan.Config.Root!.Path, plan.Bundle);
        program.Add(
            "mount root", path, SYS_move_mount, _root, program.Text(""), AT_FDCWD, program.Text(path), MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_SYMLINKS);
        // Below a shared mount it has become one itself; what is mounted in it is for no other namespace.
        mounts.SetAttributes(_root, 0, 0, MS_PRIVATE, recursive: true, "set propagation", path);
    }

    private bool IsOnHost => !plan.Namespaces.Has(NamespaceKind.Mount);

    /// <summary>Makes it the process's root and leaves the host's behind.</summary>
    public void Change()
    {
        if (IsOnHost) EnterRoot();
        else if (plan.NoPivot) ChangeByChroot();
        else Pivot();
        if (_linux.RootfsPropagation is not { Length: > 0 } word) return;
        var (value, recursive) = MountOptions.PropagationOf(word) ?? throw new RuntimeException($"unknown rootfsPropagation {word}");
        program.Add("set propagation", "/", SYS_mount, 0, program.Text("/"), 0, value + (recursive ? MS_REC : 0), 0);
    }

    private void Pivot()
    {
        var old = program.NewRegister();
        var here = program.Text(".");
        program.Add("open old root", null, SYS_openat, AT_FDCWD, program.Text("/"), O_PATH | O_DIRECTORY | O_CLOEXEC).Into(old);
        program.Add("enter new root", null, SYS_fchdir, _root);
        program.Add("pivot_root", null, SYS_pivot_root, here, here);
        program.Add("enter old root", null, SYS_fchdir, old);
        program.Add("set propagation", "old root", SYS_mount, 0, here, 0, MS_REC | MS_SLAVE, 0);
        program.Add("unmount old root", null, SYS_umount2, here, MNT_DETACH);
        program.Add("chdir", "/", SYS_chdir, program.Text("/"));
        program.Add("close", null, SYS_close, old);
    }

    // For a root that nothing can be pivoted away from, an initramfs. The container's lies over the host's, which stays below it in
    // the namespace; a procfs or sysfs left there whole would let a user namespace inside mount one without masks.
    private void ChangeByChroot()
    {
        foreach (var path in KernelFilesystems())
        {
            var unmount = program.Add("unmount", path, SYS_umount2, program.Text(path), MNT_DETACH);
            var over = program.Add("skip", null, SYS_getpid);
            // Not for a user namespace to unmount: covered, it is not whole either.
            unmount.On(Errno.EINVAL, program.Count).On(Errno.EPERM, program.Count);
            program.Add("cover", path, SYS_mount, program.Text("tmpfs"), program.Text(path), program.Text("tmpfs"), 0, 0);
            over.OnSuccess(program.Count);
        }

        EnterRoot();
    }

    private void EnterRoot()
    {
        program.Add("enter new root", null, SYS_fchdir, _root);
        program.Add("chroot", null, SYS_chroot, program.Text("."));
        program.Add("chdir", "/", SYS_chdir, program.Text("/"));
    }

    // Whole ones of the host's, outside of the container's root.
    private IEnumerable<string> KernelFilesystems()
    {
        var root = Path.GetFullPath(plan.Config.Root!.Path, plan.Bundle);
        foreach (var line in File.ReadLines("/proc/self/mountinfo"))
        {
            var fields = line.Split(' ');
            if (fields[3] != "/" || fields[Array.IndexOf(fields, "-") + 1] is not ("proc" or "sysfs")) continue;
            // Blanks are written as octal numbers there (proc_pid_mountinfo(5)).
            var point = fields[4].Replace("\\040", " ", StringComparison.Ordinal);
            if (!ImagePlaces.IsAtOrBelow(point, root)) yield return point;
        }
    }

    /// <summary>
    /// How a bind mount is tied to its source's mount on the host: as its options say, else as the whole container is. 0 leaves it
    /// a peer.
    /// </summary>
    public static (long Propagation, bool Recursive) BindPropagation(MountOptions options, string? ofRoot) => options.Propagation != 0
        ? (options.Propagation, options.PropagationRecursive)
        : ofRoot switch
        {
            "private" or "rprivate" => (MS_PRIVATE, true),
            "shared" or "rshared" => (0, false),
            _ => (MS_SLAVE, true),
        };

    // Only a kernel with SELinux takes one.
    private string? Label => _linux.MountLabel is { Length: > 0 } label && File.Exists("/sys/fs/selinux/enforce") ? label : null;

    // A mount of each node, attached nowhere. Only what is attached can be cloned: for that moment their filesystem is, over the
    // old root, and must be gone again before anything else is mounted there.
    private Dictionary<string, Register> Clone(PreparedDevices devices)
    {
        const string Step = "bind device";
        long directory = devices.Directory.DangerousGetHandle();
        Attach(Step, directory);
        var nodes = new Dictionary<string, Register>();
        foreach (var (path, name) in devices.Names)
        {
            var node = nodes[path] = program.NewRegister();
            program.Add(
                Step, path, SYS_open_tree, directory, program.Text(name), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_SYMLINK_NOFOLLOW).Into(node);
        }

        program.Add(Step, null, SYS_fchdir, directory);
        program.Add(Step, null, SYS_umount2, program.Text("."), MNT_DETACH);
        return nodes;
    }

    private void Attach(string step, long mount) => program.Add(
        step, null, SYS_move_mount, mount, program.Text(""), AT_FDCWD, program.Text("/"), MOVE_MOUNT_F_EMPTY_PATH);

    private void Add(PreparedMount mount, TargetSteps targets, MountSteps mounts)
    {
        if (mount.Options.Remount) mounts.Remount(mount);
        else if (mount.LinkText is { } text) mounts.MakeLink(mount.Destination, text);
        else if (mount.Source is not null) mounts.AddPrepared(mount);
        else if (mount.HostSource is not null) mounts.BindHost(mount);
        else if (mount.InnerSource is not null) mounts.BindInner(mount);
        else if (mount.Config.Type is "cgroup" or "cgroup2")
        {
            joinControlGroup();
            new CgroupMountSteps(program, targets, mounts, plan.Group).Add(mount);
        }
        else mounts.AddFilesystem(mount, HostInstead(mount.Config.Type));
    }

    // A user namespace may mount only what shows namespaces that it owns; of the others the host's is what it would see.
    private string? HostInstead(string? type) => plan.Namespaces.Has(NamespaceKind.User)
        ? type switch
        {
            "proc" when !plan.Namespaces.Has(NamespaceKind.Process) => "/proc",
            "sysfs" => "/sys",
            "mqueue" when !plan.Namespaces.Has(NamespaceKind.Ipc) => "/dev/mqueue",
            _ => null,
        }
        : null;
}
