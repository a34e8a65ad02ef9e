using Paas.Linux;
using Paas.Linux.Launching;
using static Paas.Linux.Native;

namespace Paas.Runtime.Containers;

/// <summary>Masked and read-only paths. Those that do not exist are passed over.</summary>
internal sealed class HiddenPathSteps(LaunchProgram program, TargetSteps targets, MountSteps mounts)
{
    private readonly Register _null = program.NewRegister();
    private readonly Register _empty = program.NewRegister();
    private bool _prepared;

    /// <summary>Puts an empty read-only directory, or the null device, over a path.</summary>
    public void Mask(string path)
    {
        const string Step = "mask";
        path = TargetSteps.Clean(path);
        if (!_prepared) Prepare(Step);
        var place = program.NewRegister();
        var asDirectory = targets.Open(Step, path, directory: true, place);
        CoverDirectory(Step, path, place);
        var done = program.Add("close", null, SYS_close, place);

        asDirectory.On(Errno.ENOTDIR, program.Count);
        var asFile = targets.Open(Step, path, directory: false, place);
        var cover = program.NewRegister();
        mounts.Clone(_null, recursive: false, Step, path).Into(cover);
        mounts.Attach(cover, place, Step, path);
        targets.Close(cover);
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
        mounts.Clone(place, recursive: true, Step, path).Into(tree);
        mounts.SetAttributes(tree, MOUNT_ATTR_RDONLY, 0, 0, recursive: true, Step, path);
        mounts.Attach(tree, place, Step, path);
        targets.Close(tree);
        targets.Close(place);
        PassOver(open, program.Count);
        open.On(Errno.ENOTDIR, program.Count);
    }

    // The null device comes from the host's /dev, not the container's, where an image could have put something else
    // (CVE-2025-31133), and is looked at before it is believed.
    private void Prepare(string step)
    {
        const string Path = "/dev/null";
        _prepared = true;
        program.Add(step, Path, SYS_openat, AT_FDCWD, program.Text(Path), O_PATH | O_NOFOLLOW | O_CLOEXEC).Into(_null);
        DeviceSteps.CheckDevice(program, step, Path, _null, S_IFCHR, 1, 3);
        // No descriptor yet: what is read from it is EBADF.
        program.Add("prepare", null, SYS_close, -1).Into(_empty).Tolerate(Errno.EBADF);
    }

    // One empty directory serves all places: made for the first that is there, since a mount attached nowhere cannot be cloned.
    private void CoverDirectory(string step, string path, Register place)
    {
        var clone = program.NewRegister();
        var again = mounts.Clone(_empty, recursive: false, step, path).Into(clone);
        mounts.Attach(clone, place, step, path);
        targets.Close(clone);
        var done = program.Add("skip", null, SYS_getpid);
        again.On(Errno.EBADF, program.Count);
        var made = mounts.Make("tmpfs", "tmpfs", [("mode", "755"), ("nr_blocks", "1"), ("nr_inodes", "1")], MOUNT_ATTR_RDONLY, path);
        mounts.Attach(made, place, step, path);
        // Kept under the name the next one looks for.
        program.Add("duplicate descriptor", null, SYS_fcntl, made, F_DUPFD_CLOEXEC, 0).Into(_empty);
        targets.Close(made);
        done.OnSuccess(program.Count);
    }

    private static void PassOver(OperationRules open, int next) => open.On(Errno.ENOENT, next).On(Errno.EACCES, next);
}
