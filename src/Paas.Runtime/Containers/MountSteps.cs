using Paas.Linux;
using Paas.Linux.Launching;
using Paas.Oci.Runtime;
using static Paas.Linux.Native;

namespace Paas.Runtime.Containers;

/// <summary>Mounts made by the child, each by descriptors only: fsopen, fsmount, move_mount.</summary>
internal sealed class MountSteps(LaunchProgram program, TargetSteps targets)
{
    private readonly nint _empty = program.Text("");
    private readonly List<(Register Mount, string Path)> _readOnlyLater = [];

    /// <summary>Attaches a mount the parent prepared (a bind mount, an overlay).</summary>
    /// <param name="mount">Descriptor of the detached mount.</param>
    /// <param name="destination">Inside the container.</param>
    /// <param name="directory">Whether a directory or a file is mounted.</param>
    public void AttachPrepared(Argument mount, string destination, bool directory)
    {
        var target = targets.OpenOrMake("mount", destination, directory);
        Attach(mount, target, "mount", destination);
        targets.Close(target);
    }

    /// <summary>Mounts a filesystem that config.json names.</summary>
    public void Add(MountConfig mount, MountOptions options)
    {
        var type = mount.Type!;
        // An image must not redirect these two: what is masked later would then be elsewhere (CVE-2019-19921).
        var symlinks = type is not ("proc" or "sysfs");
        var target = targets.OpenOrMake($"mount {type}", mount.Destination, directory: true, symlinks);
        // Others are mounted inside first.
        var readOnlyLater = type == "tmpfs" && options.ReadOnly;
        var attributes = options.Set & ~(readOnlyLater ? MOUNT_ATTR_RDONLY : 0);
        var (made, refused) = Make(type, mount.Source, options.Filesystem, attributes, mount.Destination, orElse: type == "sysfs");
        Attach(made, target, $"mount {type}", mount.Destination);
        SetPropagation(made, options, mount.Destination);
        if (readOnlyLater) _readOnlyLater.Add((made, mount.Destination));
        else targets.Close(made);
        if (refused.Count > 0) BindHostInstead(target, mount.Destination, refused);
        targets.Close(target);
    }

    /// <summary>A new filesystem, not attached yet, in a register.</summary>
    public Register Make(string type, string? source, IReadOnlyList<(string, string?)> options, long attributes, string destination) =>
        Make(type, source, options, attributes, destination, orElse: false).Mount;

    private (Register Mount, List<OperationRules> Refusable) Make(
        string type, string? source, IReadOnlyList<(string, string?)> options, long attributes, string destination, bool orElse)
    {
        var step = $"mount {type}";
        var context = program.NewRegister();
        var mount = program.NewRegister();
        var open = program.Add(step, destination, SYS_fsopen, program.Text(type), FSOPEN_CLOEXEC).Into(context);
        if (!string.IsNullOrEmpty(source)) Configure("source", source);
        foreach (var (key, value) in options) Configure(key, value);
        var create = program.Add(step, destination, SYS_fsconfig, context, FSCONFIG_CMD_CREATE, 0, 0, 0);
        var make = program.Add(step, destination, SYS_fsmount, context, FSMOUNT_CLOEXEC, attributes).Into(mount);
        targets.Close(context);
        return (mount, orElse ? [open, create, make] : []);

        void Configure(string key, string? value) => program.Add(
            $"{step} option {key}", destination, SYS_fsconfig, context,
            value is null ? FSCONFIG_SET_FLAG : FSCONFIG_SET_STRING, program.Text(key), value is null ? 0 : program.Text(value), 0);
    }

    /// <summary>Attaches a detached mount at an open place.</summary>
    public void Attach(Argument mount, Argument target, string step, string path) =>
        program.Add(step, path, SYS_move_mount, mount, _empty, target, _empty, MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);

    /// <summary>mount_setattr on a mount held open.</summary>
    public void SetAttributes(Argument mount, long set, long clear, long propagation, bool recursive, string step, string path)
    {
        var attributes = program.Structure(new mount_attr
        {
            attr_set = (ulong)set, attr_clr = (ulong)clear, propagation = (ulong)propagation,
        });
        program.Add(step, path, SYS_mount_setattr, mount, _empty, AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0), attributes, 32);
    }

    /// <summary>Makes those read-only that had to take other mounts first.</summary>
    public void Finish()
    {
        foreach (var (mount, path) in _readOnlyLater)
        {
            SetAttributes(mount, MOUNT_ATTR_RDONLY, 0, 0, recursive: false, "remount read-only", path);
            targets.Close(mount);
        }

        _readOnlyLater.Clear();
    }

    /// <summary>
    /// A user namespace that does not own its network namespace may not mount sysfs. The host's is bound then, read-only with all
    /// below it.
    /// </summary>
    private void BindHostInstead(Register target, string destination, List<OperationRules> refused)
    {
        var step = "mount sysfs (of the host)";
        var tree = program.NewRegister();
        var over = program.Add("skip", null, SYS_getpid);
        foreach (var operation in refused) operation.On(Errno.EPERM, program.Count);
        program.Add(step, destination, SYS_open_tree, AT_FDCWD, program.Text("/sys"), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE).Into(tree);
        var attributes = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
        SetAttributes(tree, attributes, 0, 0, recursive: true, step, destination);
        Attach(tree, target, step, destination);
        targets.Close(tree);
        over.OnSuccess(program.Count);
    }

    private void SetPropagation(Argument mount, MountOptions options, string path)
    {
        if (options.Propagation == 0) return;
        SetAttributes(mount, 0, 0, options.Propagation, options.PropagationRecursive, "set propagation", path);
    }
}
