using Paas.Linux;
using Paas.Linux.Launching;
using Paas.Oci.Runtime;
using static Paas.Linux.Native;

namespace Paas.Runtime.Containers;

/// <summary>Device nodes and the links of <c>/dev</c> (runtime-spec config-linux.md, Default Devices).</summary>
internal sealed class DeviceSteps(LaunchProgram program, TargetSteps targets, MountSteps mounts)
{
    private const uint ReadWriteAll = 0x1B6; // 0666

    private static readonly (string Path, uint Major, uint Minor)[] DefaultDevices =
    [
        ("/dev/null", 1, 3), ("/dev/zero", 1, 5), ("/dev/full", 1, 7), ("/dev/random", 1, 8), ("/dev/urandom", 1, 9), ("/dev/tty", 5, 0),
    ];

    private static readonly (string Path, string Target)[] Links =
    [
        ("/dev/fd", "/proc/self/fd"), ("/dev/stdin", "/proc/self/fd/0"), ("/dev/stdout", "/proc/self/fd/1"),
        ("/dev/stderr", "/proc/self/fd/2"), ("/dev/core", "/proc/kcore"), ("/dev/ptmx", "pts/ptmx"),
    ];

    /// <summary>The devices every container has, as rules for its control group.</summary>
    public static IEnumerable<(uint Major, uint Minor)> DefaultNumbers => DefaultDevices.Select(device => (device.Major, device.Minor));

    /// <summary>Adds default devices, then the bundle's, then the links.</summary>
    /// <param name="devices">The bundle's.</param>
    /// <param name="bindFromHost">In a user namespace nobody can make device nodes: the host's are bound.</param>
    public void Add(IReadOnlyList<DeviceConfig>? devices, bool bindFromHost)
    {
        var all = new Dictionary<string, DeviceConfig>();
        foreach (var (path, major, minor) in DefaultDevices)
        {
            all[path] = new DeviceConfig { Type = "c", Path = path, Major = major, Minor = minor, FileMode = ReadWriteAll };
        }

        foreach (var device in devices ?? []) all[TargetSteps.Clean(device.Path)] = device;
        var parents = new Dictionary<string, Register>();
        foreach (var (path, device) in all)
        {
            if (bindFromHost && device.Type != "p") BindFromHost(path, device);
            else MakeNode(Parent(parents, path), path, device);
        }

        foreach (var (path, target) in Links)
        {
            program.Add("make link", path, SYS_symlinkat, program.Text(target), Parent(parents, path), program.Text(Path.GetFileName(path)))
                .Tolerate(Errno.EEXIST, Errno.EROFS);
        }

        foreach (var parent in parents.Values) targets.Close(parent);
    }

    private Register Parent(Dictionary<string, Register> parents, string path)
    {
        var directory = Path.GetDirectoryName(path)!;
        if (!parents.TryGetValue(directory, out var parent)) parents[directory] = parent = targets.OpenOrMakeParent("make device", path);
        return parent;
    }

    private void MakeNode(Register parent, string path, DeviceConfig device)
    {
        var kind = device.Type switch
        {
            "c" or "u" => S_IFCHR,
            "b" => S_IFBLK,
            "p" => S_IFIFO,
            _ => throw new RuntimeException($"device {path}: unknown type {device.Type}"),
        };
        var name = program.Text(Path.GetFileName(path));
        var mode = device.FileMode ?? ReadWriteAll;
        var number = kind == S_IFIFO ? 0 : (long)Files.EncodeDevice((uint)device.Major, (uint)device.Minor);
        var make = program.Add("make device", path, SYS_mknodat, parent, name, kind + mode, number);
        if ((device.Uid ?? 0) != 0 || (device.Gid ?? 0) != 0)
        {
            program.Add("change owner of device", path, SYS_fchownat, parent, name, device.Uid ?? 0, device.Gid ?? 0, AT_SYMLINK_NOFOLLOW);
        }

        // The image has it already.
        make.On(Errno.EEXIST, program.Count);
    }

    private void BindFromHost(string path, DeviceConfig device)
    {
        var tree = program.NewRegister();
        program.Add("bind device of the host", path, SYS_open_tree, AT_FDCWD, program.Text(device.Path), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC).Into(tree);
        mounts.AttachPrepared(tree, path, directory: false);
        targets.Close(tree);
    }
}
