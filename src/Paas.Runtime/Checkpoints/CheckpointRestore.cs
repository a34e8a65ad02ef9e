using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Paas.Linux;
using Paas.Linux.Cgroups;
using Paas.Linux.Launching;
using Paas.Linux.Sockets;
using Paas.Oci.Runtime;
using Paas.Runtime.Containers;
using Paas.Runtime.Hooks;
using Paas.Runtime.State;
using Paas.Runtime.Verbs;
using static Paas.Linux.Native;

namespace Paas.Runtime.Checkpoints;

/// <summary>One restore: criu makes the container's first process, a child of this one.</summary>
internal sealed class CheckpointRestore(ContainerSpec spec, CheckpointOptions options, HostTies ties, StateDirectory directory, ControlGroup group)
{
    // Whose container may be running still, then its group stays.
    private const int LeavingAttempts = 15;

    private bool HasHooks => spec.Config.Hooks is { Prestart.Count: > 0 } or { CreateRuntime.Count: > 0 };

    private string Rootfs => Path.GetFullPath(spec.Config.Root!.Path, spec.BundleDirectory);

    public LaunchedProcess Run()
    {
        var place = Path.Combine(directory.Path, "root");
        var pidFile = Path.Combine(directory.Path, "criu.pid");
        Directory.CreateDirectory(place);
        Directory.CreateDirectory(options.WorkPath);
        try
        {
            using var root = Files.Open(Rootfs, O_PATH | O_DIRECTORY);
            using var inherited = new InheritedForCriu();
            List<string> arguments =
            [
                "--images-dir", options.ImagePath, "--work-dir", options.WorkPath, "--root", place, "--pidfile", pidFile,
                "--restore-detached", "--restore-sibling", $"--manage-cgroups={options.GroupsMode}", .. GroupRoots(), .. options.Arguments,
                .. ties.ForRestore(spec.Config, spec.BundleDirectory, group.Path, inherited),
            ];
            // Stopped until the hooks have made what its processes look for, a network above all.
            if (HasHooks) arguments.Add("--leave-stopped");
            Restore(arguments, Place(place, root, inherited));
            var pid = int.Parse(Files.ReadText(pidFile).Trim(), CultureInfo.InvariantCulture);
            var process = LaunchedProcess.Adopt(pid, Processes.Open(pid) ?? throw new RuntimeException("the restored process has ended already"));
            LeaveFormerGroup();
            CallHooks(process);
            return process;
        }
        finally
        {
            Files.TryRemove(pidFile);
            Files.TryRemoveDirectory(place);
        }
    }

    private void Restore(List<string> arguments, HostProgramPlace place)
    {
        try
        {
            var log = options.Log(spec.Config, "restore.log");
            if (spec.Terminal is { } terminal) new CriuService(directory.Path, master => Send(master, terminal)).Run(true, 0, log, arguments, place);
            else CriuProgram.Run("restore", log, [.. arguments, .. CheckpointOptions.ConfigArguments(spec.Config)], place);
        }
        catch
        {
            // It may have come as far as making that anew.
            LeaveFormerGroup();
            throw;
        }
    }

    // To whoever is to have it, as at a start.
    private static void Send(SafeFileHandle master, TerminalTarget terminal)
    {
        if (terminal.Size is { } size) Linux.Terminals.Terminal.Resize(master, size);
        DescriptorPassing.Send(terminal.Socket, "/dev/ptmx"u8, (int)master.DangerousGetHandle());
    }

    // criu wants the root as a mount. It is one in criu's own mount namespace only, and so nothing is mounted on the host.
    private HostProgramPlace Place(string place, SafeFileHandle root, InheritedForCriu inherited) => new()
    {
        Namespaces = CLONE_NEWNS,
        Kept = inherited.Numbers,
        Prepare = program =>
        {
            inherited.Place(program);
            JoinGroup(program);
            program.Add("set propagation", "/", SYS_mount, 0, program.Text("/"), 0, MS_REC + MS_SLAVE, 0);
            program.Add("mount root", place, SYS_mount, program.Text(Rootfs), program.Text(place), 0, MS_BIND + MS_REC, 0);
            var targets = new TargetSteps(program, root.DangerousGetHandle());
            foreach (var mount in MountsOnRoot()) targets.Close(targets.OpenOrMake("make mount point", mount.Destination, IsDirectory(mount)));
            foreach (var (mount, bound, below) in MountsOnBinds())
            {
                var source = new TargetSteps(program, inherited.Keep(Path.GetFullPath(bound.Source ?? "", spec.BundleDirectory)));
                source.Close(source.OpenOrMake("make mount point", below, IsDirectory(mount)));
            }
        },
    };

    // Where criu is to leave control groups alone, the processes it makes stay where it is itself.
    private void JoinGroup(LaunchProgram program)
    {
        if (options.GroupsMode != "ignore") return;
        foreach (var directory in group.Directories)
        {
            var file = program.NewRegister();
            program.Add("join control group", directory, SYS_openat, AT_FDCWD, program.Text($"{directory}/cgroup.procs"), O_WRONLY | O_CLOEXEC).Into(file);
            program.Add("join control group", directory, SYS_write, file, program.Text("0"), 1);
            program.Add("close", null, SYS_close, file);
        }
    }

    // What lies on a directory of the host's is in no image, and may have been removed there meanwhile.
    private IEnumerable<(MountConfig Mount, MountConfig Bound, string Below)> MountsOnBinds()
    {
        foreach (var mount in spec.Config.Mounts ?? [])
        {
            var above = (spec.Config.Mounts ?? [])
                .Where(other => other != mount && mount.Destination.StartsWith(other.Destination.TrimEnd('/') + "/", StringComparison.Ordinal))
                .MaxBy(other => other.Destination.Length);
            if (above is not null && HostTies.IsBind(above)) yield return (mount, above, mount.Destination[above.Destination.TrimEnd('/').Length..]);
        }
    }

    // What lies on a filesystem that is mounted first is in the images.
    private IEnumerable<MountConfig> MountsOnRoot()
    {
        var mounts = spec.Config.Mounts ?? [];
        return mounts.Where(mount => !mounts.Any(other => other != mount && mount.Destination.StartsWith(other.Destination.TrimEnd('/') + "/", StringComparison.Ordinal)));
    }

    private bool IsDirectory(MountConfig mount) =>
        mount.Type is not (null or "" or "bind" or "none") || Directory.Exists(Path.GetFullPath(mount.Source ?? "", spec.BundleDirectory));

    // Where it had another path: criu would make that one anew.
    private IEnumerable<string> GroupRoots()
    {
        if (group.Path == ties.Cgroup || options.GroupsMode == "ignore" || group.Path.Length == 0) yield break;
        foreach (var controller in group.LegacyDirectories.Keys) yield return $"--cgroup-root={controller}:{group.Path}";
        // Without a controller it means all, also those of v1 that the container has no group of.
        if (group.LegacyDirectories.Count == 0) yield return $"--cgroup-root={group.Path}";
    }

    // The unified hierarchy beside v1's has no name by which criu could be told.
    private void LeaveFormerGroup()
    {
        if (group.Path == ties.Cgroup || options.GroupsMode == "ignore" || ties.Cgroup.Length == 0) return;
        var former = ControlGroup.At(ties.Cgroup);
        for (var attempt = 1; attempt <= LeavingAttempts; attempt++)
        {
            // What was forked meanwhile by a process not moved yet is found by the next round.
            group.FillUnified();
            if (former.TryRemoveEmpty()) return;
            Thread.Sleep(attempt);
        }
    }

    private void CallHooks(LaunchedProcess process)
    {
        if (!HasHooks) return;
        try
        {
            var record = ContainerFactory.Record(spec, group, process.Pid);
            HostHooks.Run("prestart", spec.Config.Hooks?.Prestart, record, ContainerStatus.Creating, process.Pid);
            HostHooks.Run("createRuntime", spec.Config.Hooks?.CreateRuntime, record, ContainerStatus.Creating, process.Pid);
            group.Signal(SIGCONT);
        }
        catch
        {
            process.Abandon();
            process.Dispose();
            throw;
        }
    }
}
