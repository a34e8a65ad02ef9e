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

    /// <summary>False where /dev is the host's own, or another directory of its: nothing is made in it then.</summary>
    public static bool AreWanted(IReadOnlyList<PreparedMount> mounts) => !mounts.Any(
        mount => mount.Destination == "/dev" && !mount.Options.Remount && mount.Config.Type != "tmpfs" && mount.ShowsWhatIsThere);

    /// <summary>Default devices and the bundle's, by their paths.</summary>
    /// <exception cref="RuntimeException">A type there is not.</exception>
    public static IReadOnlyDictionary<string, DeviceConfig> All(IReadOnlyList<DeviceConfig>? configured)
    {
        var all = new Dictionary<string, DeviceConfig>();
        foreach (var (path, major, minor) in DefaultDevices)
        {
            all[path] = new DeviceConfig { Type = "c", Path = path, Major = major, Minor = minor, FileMode = ReadWriteAll };
        }

        foreach (var device in configured ?? [])
        {
            KindOf(device);
            all[TargetSteps.Clean(device.Path)] = device;
        }

        // That of the container's own devpts, whatever is configured.
        all.Remove("/dev/ptmx");
        return all;
    }

    /// <summary>Type and permissions as mknod(2) takes them.</summary>
    public static uint ModeOf(DeviceConfig device) => (uint)KindOf(device) | ((device.FileMode ?? ReadWriteAll) & 0xFFF);

    /// <summary>Its number as mknod(2) takes it.</summary>
    public static long NumberOf(DeviceConfig device) =>
        device.Type == "p" ? 0 : (long)Files.EncodeDevice((uint)device.Major, (uint)device.Minor);

    /// <summary>Fails unless an open file is this device.</summary>
    public static unsafe void CheckDevice(LaunchProgram program, string step, string path, Argument file, int kind, uint major, uint minor)
    {
        var status = (statx*)program.Memory(sizeof(statx));
        program.Add(step, path, SYS_statx, file, program.Text(""), AT_EMPTY_PATH, STATX_BASIC_STATS, (nint)status);
        // The mode is the lower half of the 32 bits at its place.
        program.AddCompare(step, path, (nint)(&status->stx_mode), (uint)kind, Errno.ENODEV, S_IFMT);
        program.AddCompare(step, path, (nint)(&status->stx_rdev_major), major, Errno.ENODEV);
        program.AddCompare(step, path, (nint)(&status->stx_rdev_minor), minor, Errno.ENODEV);
    }

    /// <summary>Adds default devices and the bundle's, then the links.</summary>
    /// <param name="devices">The bundle's.</param>
    /// <param name="prepared">Mounts of those that the parent made, for a user namespace, where nobody can make device nodes; or null.</param>
    /// <param name="bindFromHost">To bind the host's where neither can make any.</param>
    public void Add(IReadOnlyList<DeviceConfig>? devices, IReadOnlyDictionary<string, Register>? prepared, bool bindFromHost)
    {
        var parents = new Dictionary<string, Register>();
        foreach (var (path, device) in All(devices))
        {
            if (prepared is not null) Bind(prepared[path], path);
            else if (bindFromHost && device.Type != "p") BindFromHost(path, device);
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
        var name = program.Text(Path.GetFileName(path));
        var make = program.Add("make device", path, SYS_mknodat, parent, name, (long)ModeOf(device), NumberOf(device));
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
        Bind(tree, path);
    }

    private void Bind(Register node, string path)
    {
        mounts.AttachPrepared(node, path, directory: false);
        targets.Close(node);
    }

    private static int KindOf(DeviceConfig device) => device.Type switch
    {
        "c" or "u" => S_IFCHR,
        "b" => S_IFBLK,
        "p" => S_IFIFO,
        _ => throw new RuntimeException($"device {device.Path}: unknown type {device.Type}"),
    };
}
