using Microsoft.Win32.SafeHandles;
using Paas.Linux.Launching;
using static Paas.Linux.Native;

namespace Paas.Linux;

/// <summary>
/// Overlays on kernels before 6.13, which want their layers as paths in the mount namespace of whoever mounts: a child in a mount
/// namespace of its own attaches the layers, mounts, and hands the mount out as a descriptor. Nothing else of it remains, and the
/// host's mount table never shows any of it.
/// </summary>
internal static unsafe class OverlayWorkshop
{
    // Where the child puts the finished mount; nothing of the child's is needed by then but its two pipes.
    private const int Product = 250;
    private const string Step = "make overlay";

    public static SafeFileHandle Create(OverlayLayers layers, (uint Uid, uint Gid)? owner)
    {
        using var hold = new Pipe();
        var status = new Pipe();
        using var child = Launcher.Launch(Compile(layers, owner, hold, status), status, CLONE_NEWNS);
        try
        {
            child.WaitUntilReady();
            return Kernel.Handle(Kernel.Call(SYS_pidfd_getfd, child.Handle.DangerousGetHandle(), Product), "pidfd_getfd");
        }
        finally
        {
            child.Abandon();
        }
    }

    private static LaunchProgram Compile(OverlayLayers layers, (uint Uid, uint Gid)? owner, Pipe hold, Pipe status)
    {
        var program = new LaunchProgram();
        var (empty, target) = (program.Text(""), program.Text("m"));
        program.Add("close", null, SYS_close, hold.WriteEnd);
        program.Add(Step, "/", SYS_mount, 0, program.Text("/"), 0, MS_REC | MS_PRIVATE, 0);
        var room = MakeRoom(program, empty);
        for (var i = 0; i < layers.Lower.Count; i++) Attach(layers.Lower[i], $"{i}");
        if (layers.UpperMount is not null) Attach(layers.UpperMount, "u");
        program.Add(Step, null, SYS_mkdirat, room, target, 0x1ED);
        if (layers.UpperMount is not null && owner is var (uid, gid)) Become(program, uid, gid);
        var data = "lowerdir=" + string.Join(':', Enumerable.Range(0, layers.Lower.Count));
        if (layers.UpperMount is not null) data += $",upperdir=u/{Escape(layers.UpperName)},workdir=u/{Escape(layers.WorkName)}";
        var overlay = program.Text("overlay");
        var flags = layers.UpperMount is null ? MS_RDONLY : 0;
        program.Add($"mount overlay of {layers.Lower.Count} layers", null, SYS_mount, overlay, target, overlay, flags, program.Text(data));
        var made = program.NewRegister();
        program.Add(Step, null, SYS_open_tree, AT_FDCWD, target, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC).Into(made);
        program.Add(Step, null, SYS_dup3, made, Product, O_CLOEXEC);
        Launcher.AddReadyReport(program, status);
        program.Add("wait", null, SYS_read, hold.ReadEnd, program.Memory(1), 1);
        program.Add("exit", null, SYS_exit_group, 0);
        return program;

        void Attach(SafeFileHandle mount, string name)
        {
            var place = program.Text(name);
            program.Add(Step, name, SYS_mkdirat, room, place, 0x1ED);
            program.Add(Step, name, SYS_move_mount, mount.DangerousGetHandle(), empty, room, place, MOVE_MOUNT_F_EMPTY_PATH);
        }
    }

    // A small filesystem to put things in, and the working directory, so that names in it are short.
    private static Register MakeRoom(LaunchProgram program, nint empty)
    {
        var (context, room) = (program.NewRegister(), program.NewRegister());
        program.Add(Step, "tmpfs", SYS_fsopen, program.Text("tmpfs"), FSOPEN_CLOEXEC).Into(context);
        program.Add(Step, "tmpfs", SYS_fsconfig, context, FSCONFIG_CMD_CREATE, 0, 0, 0);
        program.Add(Step, "tmpfs", SYS_fsmount, context, FSMOUNT_CLOEXEC, 0).Into(room);
        program.Add(Step, "tmpfs", SYS_move_mount, room, empty, AT_FDCWD, program.Text("/"), MOVE_MOUNT_F_EMPTY_PATH);
        program.Add(Step, "tmpfs", SYS_fchdir, room);
        return room;
    }

    // As FilesystemIdentity does it for a thread.
    private static void Become(LaunchProgram program, uint uid, uint gid)
    {
        program.Add(Step, null, SYS_setfsgid, gid);
        program.Add(Step, null, SYS_setfsuid, uid);
        var permitted = Capabilities.Permitted();
        var header = program.Structure(new __user_cap_header_struct { version = _LINUX_CAPABILITY_VERSION_3 });
        var data = (__user_cap_data_struct*)program.Memory(2 * sizeof(__user_cap_data_struct));
        for (var i = 0; i < 2; i++) data[i].permitted = data[i].effective = (uint)(permitted >> (32 * i));
        program.Add(Step, null, SYS_capset, header, (nint)data);
    }

    private static string Escape(string name) => name.Replace(@"\", @"\\").Replace(":", @"\:").Replace(",", @"\,");
}
