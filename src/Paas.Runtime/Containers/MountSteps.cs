using Microsoft.Win32.SafeHandles;
using Paas.Linux;
using Paas.Linux.Launching;
using static Paas.Linux.Native;

namespace Paas.Runtime.Containers;

/// <summary>Mounts made by the child, each by descriptors only: fsopen, fsmount, move_mount.</summary>
/// <param name="program">The child's.</param>
/// <param name="targets">Finds their places.</param>
/// <param name="label">SELinux label for the files of new filesystems, or null.</param>
/// <param name="mapByParent">Adds the steps by which the parent maps a mount's ids, or null where the child may do that itself.</param>
internal sealed class MountSteps(LaunchProgram program, TargetSteps targets, string? label, Action<Register>? mapByParent)
{
    private readonly nint _empty = program.Text("");
    private readonly List<(Argument Mount, string Path)> _readOnlyLater = [];

    /// <summary>Attaches what the parent prepared: a bind mount, a filled tmpfs.</summary>
    public void AddPrepared(PreparedMount mount)
    {
        Argument source = (long)mount.Source!.DangerousGetHandle();
        AttachPrepared(source, mount.Destination, mount.IsDirectory, mount.MissingPlace);
        if (mount.Options.CopyUp) FinishNew(source, mount);
    }

    /// <summary>Attaches a detached mount.</summary>
    /// <param name="mount">Descriptor of the detached mount.</param>
    /// <param name="destination">Inside the container.</param>
    /// <param name="directory">Whether a directory or a file is mounted.</param>
    /// <param name="missingPlace">Where to make a missing place, or nothing for the destination.</param>
    public void AttachPrepared(Argument mount, string destination, bool directory, string missingPlace = "")
    {
        var target = targets.OpenOrMake("mount", destination, directory, missingPlace: missingPlace);
        Attach(mount, target, "mount", destination);
        targets.Close(target);
    }

    /// <summary>Mounts a new filesystem of a type that config.json names.</summary>
    /// <param name="mount">The mount.</param>
    /// <param name="hostInstead">The host's mount to bind where the kernel refuses a new one to a user namespace, or null.</param>
    public void AddFilesystem(PreparedMount mount, string? hostInstead)
    {
        var type = mount.Config.Type!;
        var (step, path, options) = ($"mount {type}", mount.Destination, mount.Options);
        // An image must not redirect these two: what is masked later would then be elsewhere (CVE-2019-19921, CVE-2023-27561).
        var ordinary = type is "proc" or "sysfs" ? $"filesystem \"{type}\" must be mounted on ordinary directory" : null;
        var target = targets.OpenOrMake(step, path, directory: true, ordinary);
        // Others are mounted inside first.
        var attributes = options.NewMount & ~(type == "tmpfs" ? MOUNT_ATTR_RDONLY : 0);
        IReadOnlyList<(string, string?)> configured = [.. options.Filesystem, .. mount.MoreOptions, .. More(type, mount)];
        if (ClassicMountSteps.IsNeeded(configured))
        {
            new ClassicMountSteps(program).Add(type, mount.Config.Source, configured, attributes, target, path);
            targets.Close(target);
            return;
        }

        var (made, attempts) = TryMake(type, mount.Config.Source, configured, attributes, path);
        Attach(made, target, step, path);
        FinishNew(made, mount);
        if (type != "tmpfs" || !options.ReadOnly) targets.Close(made);
        if (mount.HostInstead is { } clone) AttachInstead(attempts, step, clone, target, path);
        else if (hostInstead is not null) BindInstead(attempts, [Errno.EPERM], step, hostInstead, options.NewMount, target, path);
        targets.Close(target);
    }

    /// <summary>Binds a path of the host's, still to be seen. Being a copy of the host's mounts, these are slaves already.</summary>
    public void BindHost(PreparedMount mount)
    {
        const string Step = "mount";
        var (options, path) = (mount.Options, mount.HostSource!);
        var tree = program.NewRegister();
        program.Add(
            Step, path, SYS_open_tree, AT_FDCWD, program.Text(path),
            OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_NO_AUTOMOUNT | (options.RecursiveBind ? AT_RECURSIVE : 0)).Into(tree);
        SetPropagation(tree, options, mount.Destination);
        ChangeBound(tree, mount, Step);
        AttachPrepared(tree, mount.Destination, mount.IsDirectory, mount.MissingPlace);
        targets.Close(tree);
    }

    /// <summary>Binds what is in the container's root already.</summary>
    public void BindInner(PreparedMount mount)
    {
        const string Step = "mount";
        var (options, path) = (mount.Options, mount.Destination);
        var source = program.NewRegister();
        var tree = program.NewRegister();
        targets.Open(Step, mount.InnerSource!, directory: false, source);
        Clone(source, options.RecursiveBind, Step, path).Into(tree);
        targets.Close(source);
        if (mount.IdMap is not null && mapByParent is not null) mapByParent(tree);
        else if (mount.IdMap is { } users)
        {
            var map = new mount_attr { attr_set = MOUNT_ATTR_IDMAP, userns_fd = (ulong)users.DangerousGetHandle() };
            ChangeAttributes(tree, map, options.RecursiveIdMap, Step, path);
        }

        SetAttributes(tree, 0, 0, options.Propagation == 0 ? MS_PRIVATE : options.Propagation, options.Propagation == 0 || options.PropagationRecursive, Step, path);
        ChangeBound(tree, mount, Step);
        AttachPrepared(tree, path, mount.IsDirectory, mount.MissingPlace);
        targets.Close(tree);
    }

    /// <summary>Changes what is mounted at a place already.</summary>
    public void Remount(PreparedMount mount)
    {
        const string Step = "remount";
        var (options, path) = (mount.Options, mount.Destination);
        var target = program.NewRegister();
        targets.Open(Step, path, directory: false, target);
        if (!options.Bind)
        {
            var context = program.NewRegister();
            program.Add(Step, path, SYS_fspick, target, _empty, FSPICK_CLOEXEC | FSPICK_EMPTY_PATH).Into(context);
            foreach (var (key, value) in options.Filesystem) Configure(context, Step, path, key, value);
            if (((options.Attributes.Set | options.Attributes.Clear) & MOUNT_ATTR_RDONLY) != 0)
            {
                Configure(context, Step, path, options.ReadOnly ? "ro" : "rw", null);
            }

            program.Add(Step, path, SYS_fsconfig, context, FSCONFIG_CMD_RECONFIGURE, 0, 0, 0);
            targets.Close(context);
        }

        Change(target, options.Attributes, options.RecursiveAttributes, Step, path);
        SetPropagation(target, options, path);
        targets.Close(target);
    }

    /// <summary>Makes a symbolic link, unless something is there.</summary>
    public void MakeLink(string path, string text)
    {
        var parent = targets.OpenOrMakeParent("make link", path);
        program.Add("make link", path, SYS_symlinkat, program.Text(text), parent, program.Text(Path.GetFileName(path))).Tolerate(Errno.EEXIST);
        targets.Close(parent);
    }

    /// <summary>A new filesystem, not attached yet, in a register.</summary>
    public Register Make(string type, string? source, IReadOnlyList<(string, string?)> options, long attributes, string destination) =>
        TryMake(type, source, options, attributes, destination).Mount;

    /// <summary>As <see cref="Make"/>, with the operations that the kernel may refuse (<see cref="BindInstead"/>).</summary>
    public (Register Mount, IReadOnlyList<OperationRules> Attempts) TryMake(
        string type, string? source, IReadOnlyList<(string, string?)> options, long attributes, string destination)
    {
        var step = $"mount {type}";
        var context = program.NewRegister();
        var mount = program.NewRegister();
        var open = program.Add(step, destination, SYS_fsopen, program.Text(type), FSOPEN_CLOEXEC).Into(context);
        if (!string.IsNullOrEmpty(source)) Configure(context, step, destination, "source", source);
        foreach (var (key, value) in options) Configure(context, step, destination, key, value);
        var create = program.Add(step, destination, SYS_fsconfig, context, FSCONFIG_CMD_CREATE, 0, 0, 0);
        var make = program.Add(step, destination, SYS_fsmount, context, FSMOUNT_CLOEXEC, attributes).Into(mount);
        targets.Close(context);
        return (mount, [open, create, make]);
    }

    /// <summary>Binds a mount of the host's, with all below it, where one of the attempts failed with one of the errors.</summary>
    public void BindInstead(
        IReadOnlyList<OperationRules> attempts, ReadOnlySpan<int> errors, string step, string host, long attributes, Register target, string destination)
    {
        var tree = program.NewRegister();
        var over = WhereRefused(attempts, errors);
        step += " (of the host)";
        program.Add(step, destination, SYS_open_tree, AT_FDCWD, program.Text(host), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE).Into(tree);
        SetAttributes(tree, attributes, 0, MS_PRIVATE, recursive: true, step, destination);
        Attach(tree, target, step, destination);
        targets.Close(tree);
        over.OnSuccess(program.Count);
    }

    // Attaches what the parent has cloned where a user namespace was refused a filesystem of its own.
    private void AttachInstead(IReadOnlyList<OperationRules> attempts, string step, SafeFileHandle clone, Register target, string destination)
    {
        var over = WhereRefused(attempts, [Errno.EPERM]);
        Attach((long)clone.DangerousGetHandle(), target, step + " (of the host)", destination);
        over.OnSuccess(program.Count);
    }

    // What comes next is only done where one of the attempts failed with one of the errors; the end of it is to be told.
    private OperationRules WhereRefused(IReadOnlyList<OperationRules> attempts, ReadOnlySpan<int> errors)
    {
        var over = program.Add("skip", null, SYS_getpid);
        foreach (var attempt in attempts)
        {
            foreach (var errno in errors) attempt.On(errno, program.Count);
        }

        return over;
    }

    /// <summary>A detached copy of an open mount.</summary>
    public OperationRules Clone(Argument mount, bool recursive, string step, string path) => program.Add(
        step, path, SYS_open_tree, mount, _empty,
        OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0));

    /// <summary>Attaches a detached mount at an open place.</summary>
    public void Attach(Argument mount, Argument target, string step, string path) =>
        program.Add(step, path, SYS_move_mount, mount, _empty, target, _empty, MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);

    /// <summary>mount_setattr on a mount held open.</summary>
    public void SetAttributes(Argument mount, long set, long clear, long propagation, bool recursive, string step, string path) =>
        ChangeAttributes(
            mount, new mount_attr { attr_set = (ulong)set, attr_clr = (ulong)clear, propagation = (ulong)propagation }, recursive, step, path);

    /// <summary>Sets the propagation that the options name.</summary>
    public void SetPropagation(Argument mount, MountOptions options, string path)
    {
        if (options.Propagation == 0) return;
        SetAttributes(mount, 0, 0, options.Propagation, options.PropagationRecursive, "set propagation", path);
    }

    /// <summary>Makes those read-only that had to take other mounts first.</summary>
    public void Finish()
    {
        foreach (var (mount, path) in _readOnlyLater)
        {
            SetAttributes(mount, MOUNT_ATTR_RDONLY, 0, 0, recursive: false, "remount read-only", path);
            program.Add("close", null, SYS_close, mount);
        }

        _readOnlyLater.Clear();
    }

    private void FinishNew(Argument made, PreparedMount mount)
    {
        SetPropagation(made, mount.Options, mount.Destination);
        if (mount.Config.Type == "tmpfs" && mount.Options.ReadOnly) _readOnlyLater.Add((made, mount.Destination));
    }

    // What mount(2) would have made of the bundle's words: a filesystem on a device is itself read-only, not just its mount.
    private IEnumerable<(string, string?)> More(string type, PreparedMount mount)
    {
        if (mount.Options.ReadOnly && mount.Config.Source?.StartsWith('/') == true) yield return ("ro", null);
        if (label is not null && type is not ("proc" or "sysfs")) yield return ("context", label);
    }

    private void Configure(Register context, string step, string path, string key, string? value)
    {
        program.Add(
            $"{step} option {key}", path, SYS_fsconfig, context,
            value is null ? FSCONFIG_SET_FLAG : FSCONFIG_SET_STRING, program.Text(key), value is null ? 0 : program.Text(value), 0);
    }

    private void Change(Argument mount, AttributeChange own, AttributeChange all, string step, string path)
    {
        if (own.Any) SetAttributes(mount, own.Set, own.Clear, 0, recursive: false, step, path);
        if (all.Any) SetAttributes(mount, all.Set, all.Clear, 0, recursive: true, step, path);
    }

    // Where the caller itself is in a user namespace, the kernel refuses to take away what it has locked.
    private void ChangeBound(Argument tree, PreparedMount mount, string step)
    {
        var (exact, kept, path) = (mount.BindAttributes, BindAttributes.Keeping(mount.Options), mount.Destination);
        if (exact != kept)
        {
            var attempt = ChangeAttributes(
                tree, new mount_attr { attr_set = (ulong)exact.Set, attr_clr = (ulong)exact.Clear }, recursive: false, step, path);
            attempt.On(Errno.EPERM, program.Count);
            Change(tree, kept, default, step, path);
            attempt.OnSuccess(program.Count);
            exact = default;
        }

        Change(tree, exact, mount.Options.RecursiveAttributes, step, path);
    }

    private OperationRules ChangeAttributes(Argument mount, in mount_attr change, bool recursive, string step, string path) =>
        program.Add(
            step, path, SYS_mount_setattr, mount, _empty, AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0), program.Structure(change), 32);
}
