using Microsoft.Win32.SafeHandles;
using Paas.Linux;
using Paas.Linux.Launching;
using Paas.Linux.Sockets;
using Paas.Linux.Terminals;
using static Paas.Linux.Native;

namespace Paas.Runtime.Containers;

/// <summary>Where a process's terminal goes: its master end is sent over a socket (runc's <c>--console-socket</c>).</summary>
/// <param name="Socket">Connected, blocking.</param>
/// <param name="Size">The terminal's first size, or null.</param>
public sealed record TerminalTarget(SafeFileHandle Socket, TerminalSize? Size);

/// <summary>
/// A pseudo-terminal of the container's own devpts. The slave is had from the master (TIOCGPTPEER) and mounted by its descriptor:
/// no path that an image could redirect takes part (CVE-2025-52565).
/// </summary>
internal sealed unsafe class TerminalSteps(LaunchProgram program)
{
    private const string Multiplexer = "/dev/ptmx";
    private const int MultiplexerMajor = 5;
    private const int MultiplexerMinor = 2;

    /// <summary>Opens a terminal, sends its master away and keeps its slave.</summary>
    /// <param name="root">Directory that is the container's root.</param>
    /// <param name="target">Where the master goes.</param>
    /// <param name="owner">Uid that becomes the slave's owner.</param>
    public Register Open(Argument root, TerminalTarget target, uint owner)
    {
        var (master, slave) = (program.NewRegister(), program.NewRegister());
        var how = program.Structure(new open_how
        {
            flags = O_RDWR | O_NOCTTY | O_CLOEXEC, resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
        });
        var open = program.Add("open terminal", Multiplexer, SYS_openat2, root, program.Text(Multiplexer), how, sizeof(open_how)).Into(master);
        open.On(Errno.EAGAIN, open.Number);
        CheckIsMultiplexer(master);
        program.Add("unlock terminal", null, SYS_ioctl, master, TIOCSPTLCK, program.Memory(sizeof(int)));
        program.Add("open terminal", "its slave", SYS_ioctl, master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC).Into(slave);
        if (target.Size is { } size) program.Add("set terminal size", null, SYS_ioctl, master, TIOCSWINSZ, program.Structure(Terminal.Raw(size)));
        // It is another's where the devpts gives it to a user the namespace does not map.
        program.Add("change owner of terminal", null, SYS_fchownat, slave, program.Text(""), owner, -1, AT_EMPTY_PATH).Tolerate(Errno.EPERM, Errno.EINVAL, Errno.EROFS);
        DescriptorPassing.AddSend(program, "send terminal", target.Socket.DangerousGetHandle(), Multiplexer, master);
        program.Add("close", null, SYS_close, master);
        return slave;
    }

    /// <summary>Mounts the slave at <c>/dev/console</c>.</summary>
    public void MountConsole(Register slave, MountSteps mounts)
    {
        var tree = program.NewRegister();
        program.Add("mount console", null, SYS_open_tree, slave, program.Text(""), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH).Into(tree);
        mounts.AttachPrepared(tree, "/dev/console", directory: false);
        program.Add("close", null, SYS_close, tree);
    }

    /// <summary>Makes the terminal on standard input the session's own.</summary>
    public static void TakeControl(LaunchProgram program) => program.Add("take control of terminal", null, SYS_ioctl, 0, TIOCSCTTY, 0);

    // An image may have put anything there; only the multiplexer answers what comes next, but it should be asked nothing else.
    private void CheckIsMultiplexer(Register master)
    {
        var status = (statx*)program.Memory(sizeof(statx));
        const string Step = "open terminal (not a terminal multiplexer)";
        program.Add(Step, Multiplexer, SYS_statx, master, program.Text(""), AT_EMPTY_PATH, STATX_BASIC_STATS, (nint)status);
        program.AddCompare(Step, Multiplexer, (nint)(&status->stx_rdev_major), MultiplexerMajor, Errno.ENODEV);
        program.AddCompare(Step, Multiplexer, (nint)(&status->stx_rdev_minor), MultiplexerMinor, Errno.ENODEV);
    }
}
