using Paas.Linux;
using Paas.Linux.Launching;
using static Paas.Linux.Native;

namespace Paas.Runtime.Containers;

/// <summary>The child's own way to what <see cref="Procfs"/> is for its parent: files of procfs and nothing mounted over them.</summary>
internal static unsafe class ProcfsSteps
{
    /// <summary>Opens <c>/proc</c> as the child sees it, and fails unless it is the root of a procfs.</summary>
    public static Register OpenRoot(LaunchProgram program)
    {
        const string Step = "open procfs";
        const string Path = "/proc";
        var root = program.NewRegister();
        program.Add(Step, Path, SYS_openat, AT_FDCWD, program.Text(Path), O_PATH | O_DIRECTORY | O_CLOEXEC).Into(root);
        var type = (statfs*)program.Memory(sizeof(statfs));
        program.Add(Step, Path, SYS_fstatfs, root, (nint)type);
        program.AddCompare(Step, Path, (nint)(&type->f_type), PROC_SUPER_MAGIC, Errno.EXDEV);
        var status = (statx*)program.Memory(sizeof(statx));
        program.Add(Step, Path, SYS_statx, root, program.Text(""), AT_EMPTY_PATH, STATX_BASIC_STATS, (nint)status);
        program.AddCompare(Step, Path, (nint)(&status->stx_ino), (uint)Procfs.RootInode, Errno.EXDEV);
        return root;
    }

    /// <summary>Opens a file below an open procfs for writing.</summary>
    /// <param name="program">The child's.</param>
    /// <param name="root">The procfs's root directory.</param>
    /// <param name="step">What for.</param>
    /// <param name="subject">The object of the step, for messages.</param>
    /// <param name="path">Relative to the root.</param>
    /// <param name="into">Takes the descriptor.</param>
    public static OperationRules Open(LaunchProgram program, Argument root, string step, string subject, string path, Register into)
    {
        var how = program.Structure(new open_how { flags = O_WRONLY | O_CLOEXEC, resolve = Procfs.Resolve });
        return program.Add(step, subject, SYS_openat2, root, program.Text(path), how, sizeof(open_how)).Into(into);
    }

    /// <summary>Writes a whole file below the procfs that the parent has opened.</summary>
    public static void Write(LaunchProgram program, Procfs procfs, string step, string subject, string path, string value)
    {
        var file = program.NewRegister();
        Open(program, (long)procfs.Root.DangerousGetHandle(), step, subject, path, file);
        program.Add(step, $"{subject}={value.Trim()}", SYS_write, file, program.Text(value), System.Text.Encoding.UTF8.GetByteCount(value));
        program.Add("close", null, SYS_close, file);
    }
}
