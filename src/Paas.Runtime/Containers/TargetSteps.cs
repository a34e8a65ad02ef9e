using Paas.Linux;
using Paas.Linux.Launching;
using static Paas.Linux.Native;

namespace Paas.Runtime.Containers;

/// <summary>
/// Finds places inside the container's root, making what is missing. Every lookup goes through openat2 with RESOLVE_IN_ROOT: a
/// symbolic link in an image, or one swapped in meanwhile, leads nowhere but into that root. What was found is held as a
/// descriptor, and mounts are attached to that, never to a path again.
/// </summary>
internal sealed class TargetSteps
{
    private const int DirectoryMode = 0x1ED; // 0755
    private const int FileMode = 0x1A4; // 0644

    private readonly LaunchProgram _program;
    private readonly Argument _root;
    private readonly nint[] _how = new nint[4];

    public TargetSteps(LaunchProgram program, Argument root)
    {
        _program = program;
        _root = root;
        for (var i = 0; i < _how.Length; i++)
        {
            var resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | ((i & 2) != 0 ? RESOLVE_NO_SYMLINKS : 0);
            _how[i] = program.Structure(new open_how
            {
                flags = (ulong)(O_PATH | O_CLOEXEC | ((i & 1) != 0 ? O_DIRECTORY : 0)),
                resolve = (ulong)resolve,
            });
        }
    }

    /// <summary>The path without <c>.</c>, <c>..</c> and doubled slashes, by its letters alone.</summary>
    public static string Clean(string path) => Path.TrimEndingDirectorySeparator(Path.GetFullPath("/" + path));

    /// <summary>Opens an existing place. Says how by the rules of the returned operation, which keeps it in <paramref name="into"/>.</summary>
    public OperationRules Open(string step, string path, bool directory, Register into, bool symlinks = true)
    {
        var how = _how[(directory ? 1 : 0) | (symlinks ? 0 : 2)];
        var operation = _program.Add(step, path, SYS_openat2, _root, _program.Text(path), how, 24).Into(into);
        // The kernel could not be sure while something else was renamed or mounted; it asks to try again.
        return operation.On(Errno.EAGAIN, operation.Number);
    }

    /// <summary>Opens a place for a mount, making it (and directories above it) when it is missing.</summary>
    /// <param name="step">For messages.</param>
    /// <param name="path">Absolute inside the container.</param>
    /// <param name="directory">What to make.</param>
    /// <param name="ordinary">Not null refuses any symbolic link on the way, and anything but a directory, with these words.</param>
    /// <param name="missingPlace">Where to make it, when that is elsewhere; or nothing.</param>
    public Register OpenOrMake(string step, string path, bool directory, string? ordinary = null, string missingPlace = "")
    {
        path = Clean(path);
        var symlinks = ordinary is null;
        var target = _program.NewRegister();
        var fast = Open(step, path, directory, target, symlinks);
        if (path == "/") return target;
        fast.On(Errno.ENOENT, fast.Number + 1);
        Make(step, missingPlace.Length > 0 ? missingPlace : path, directory, target, symlinks);
        if (ordinary is not null)
        {
            var over = _program.Add("skip", null, SYS_getpid);
            fast.On(Errno.ELOOP, _program.Count).On(Errno.ENOTDIR, _program.Count);
            // Fails once more, now with the words for it.
            Open(ordinary, path, directory, target, symlinks);
            over.OnSuccess(_program.Count);
        }

        fast.OnSuccess(_program.Count);
        return target;
    }

    /// <summary>Opens the directory above a place, making it when it is missing.</summary>
    public Register OpenOrMakeParent(string step, string path) =>
        OpenOrMake(step, Path.GetDirectoryName(Clean(path)) ?? "/", directory: true);

    public void Close(Register register) => _program.Add("close", null, SYS_close, register);

    private void Make(string step, string path, bool directory, Register target, bool symlinks)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var above = _root;
        for (var i = 0; i < parts.Length; i++)
        {
            var last = i == parts.Length - 1;
            var isDirectory = !last || directory;
            var prefix = "/" + string.Join('/', parts.AsSpan(0, i + 1)!);
            var here = last ? target : _program.NewRegister();
            var open = Open(step, prefix, isDirectory, here, symlinks);
            open.On(Errno.ENOENT, open.Number + 1);
            // The last name is taken as it is: mkdirat and mknodat do not follow a symbolic link there.
            var name = _program.Text(parts[i]);
            var make = isDirectory
                ? _program.Add(step, prefix, SYS_mkdirat, above, name, DirectoryMode)
                : _program.Add(step, prefix, SYS_mknodat, above, name, S_IFREG | FileMode, 0);
            make.Tolerate(Errno.EEXIST);
            Open(step, prefix, isDirectory, here, symlinks);
            open.OnSuccess(_program.Count);
            if (above.IsRegister) _program.Add("close", null, SYS_close, above);
            above = here;
        }
    }
}
