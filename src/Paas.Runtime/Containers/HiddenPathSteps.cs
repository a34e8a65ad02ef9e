using Paas.Linux;
using Paas.Linux.Launching;
using static Paas.Linux.Native;

namespace Paas.Runtime.Containers;

/// <summary>Masked and read-only paths. Those that do not exist are passed over.</summary>
internal sealed class HiddenPathSteps(LaunchProgram program, TargetSteps targets, MountSteps mounts)
{
    /// <summary>Puts an empty read-only directory, or the null device, over a path.</summary>
    public void Mask(string path)
    {
        const string Step = "mask";
        path = TargetSteps.Clean(path);
        var place = program.NewRegister();
        var asDirectory = targets.Open(Step, path, directory: true, place);
        var empty = mounts.Make("tmpfs", "tmpfs", [("mode", "755")], MOUNT_ATTR_RDONLY, path);
        mounts.Attach(empty, place, Step, path);
        targets.Close(empty);
        var done = program.Add("close", null, SYS_close, place);

        asDirectory.On(Errno.ENOTDIR, program.Count);
        var asFile = targets.Open(Step, path, directory: false, place);
        // From the host's /dev, not the container's, where an image could have put something else (CVE-2025-31133).
        var null_ = program.NewRegister();
        program.Add(Step, path, SYS_open_tree, AT_FDCWD, program.Text("/dev/null"), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC).Into(null_);
        mounts.Attach(null_, place, Step, path);
        targets.Close(null_);
        targets.Close(place);

        PassOver(asDirectory, program.Count);
        PassOver(asFile, program.Count);
        asFile.On(Errno.ENOTDIR, program.Count);
        done.OnSuccess(program.Count);
    }

    /// <summary>Makes a path read-only with all below it.</summary>
    public void MakeReadOnly(string path)
    {
        const string Step = "make read-only";
        path = TargetSteps.Clean(path);
        var place = program.NewRegister();
        var tree = program.NewRegister();
        var open = targets.Open(Step, path, directory: false, place);
        program.Add(
            Step, path, SYS_open_tree, place, program.Text(""), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | AT_RECURSIVE).Into(tree);
        mounts.SetAttributes(tree, MOUNT_ATTR_RDONLY, 0, 0, recursive: true, Step, path);
        mounts.Attach(tree, place, Step, path);
        targets.Close(tree);
        targets.Close(place);
        PassOver(open, program.Count);
        open.On(Errno.ENOTDIR, program.Count);
    }

    private static void PassOver(OperationRules open, int next) => open.On(Errno.ENOENT, next).On(Errno.EACCES, next);
}
