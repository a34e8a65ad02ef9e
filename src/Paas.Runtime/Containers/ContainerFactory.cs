using System.Net;
using Microsoft.Win32.SafeHandles;
using Paas.Linux;
using Paas.Linux.Cgroups;
using Paas.Linux.Launching;
using Paas.Linux.Netlink;
using Paas.Oci.Runtime;
using Paas.Runtime.CommandLine;
using Paas.Runtime.Hooks;
using Paas.Runtime.State;

namespace Paas.Runtime.Containers;

/// <summary>Makes containers.</summary>
public static class ContainerFactory
{
    /// <summary>
    /// Makes a container: its namespaces, mounts and cgroup stand and its first process waits; <see cref="RunningContainer.Start"/>
    /// lets it execute the bundle's program. On failure nothing is left.
    /// </summary>
    /// <exception cref="LinuxException">What the kernel refused, with the step it happened in.</exception>
    /// <exception cref="RuntimeException">What the bundle asks for cannot be done, or the id is taken.</exception>
    public static RunningContainer Create(ContainerSpec spec)
    {
        ConfigRules.Check(spec.Config, spec.HasProgram);
        return spec.DieWithParent ? LastingThread.Run(() => CreateHere(spec)) : CreateHere(spec);
    }

    /// <summary>Makes a container around a first process that is not new: it goes on where it was.</summary>
    /// <param name="spec">The container.</param>
    /// <param name="restore">Makes the process, a child of this one; state directory and control group are there.</param>
    /// <inheritdoc cref="Create"/>
    internal static RunningContainer Restore(ContainerSpec spec, Func<StateDirectory, ControlGroup, LaunchedProcess> restore) =>
        Establish(spec, (directory, group, meanwhile) =>
        {
            meanwhile.KeepAndLimit();
            var process = restore(directory, group);
            meanwhile.Describe(process.Pid, null);
            return new Launched(process, null, null, null);
        });

    private static RunningContainer CreateHere(ContainerSpec spec)
    {
        var beside = spec.NetworkNamespace is null && spec.Sandbox?.Network is null && NamespacePlan.MayMakeNetworkBeside(spec.Config.Linux);
        using var coming = beside ? NetworkCreation.Begin() : null;
        return Establish(spec, (directory, group, meanwhile) => Launch(spec, coming, directory, group, meanwhile));
    }

    private static RunningContainer Establish(
        ContainerSpec spec, Func<StateDirectory, ControlGroup, Meanwhile, Launched> launch)
    {
        var directory = new StateDirectory(spec.RuntimeRoot, spec.Id);
        var limits = GroupLimits.Of(spec.Config.Linux?.Resources);
        var group = ContainerGroup.Of(spec, limits);
        directory.Claim();
        RequireUnused(group, directory);
        try
        {
            // Before anything is made, so that a delete after a crash knows what to remove.
            directory.Write(Record(spec, group, 0));
            Log.Debug($"state in {directory.Path}, control group {group.Path}");
            using var holder = group.Create(limits);
            if (ContainerGroup.OwnerOf(spec.Config) is { } owner) group.Delegate(owner);
            var meanwhile = new Meanwhile(spec, directory, group, limits);
            var launched = launch(directory, group, meanwhile);
            return new RunningContainer(meanwhile.Publish(), directory, group, launched);
        }
        catch
        {
            Undo(directory, group);
            PoststopHooks.Run(spec.Config, Record(spec, group, 0));
            throw;
        }
    }

    // Not undone as other failures are: what is in that group is somebody else's.
    private static void RequireUnused(ControlGroup group, StateDirectory directory)
    {
        try
        {
            group.RequireUnused();
        }
        catch
        {
            directory.Remove();
            throw;
        }
    }

    private static Launched Launch(ContainerSpec spec, NetworkCreation? coming, StateDirectory directory, ControlGroup group, Meanwhile meanwhile)
    {
        var config = spec.Config;
        var network = spec.NetworkNamespace is null ? MakeNetwork(spec) : null;
        var hooks = ContainerHooks.From(config);
        try
        {
            using var namespaces = NamespacePlan.From(config.Linux, spec.NetworkNamespace ?? network, coming);
            Sysctls.Check(config.Linux?.Sysctl?.Keys ?? [], namespaces);
            NetworkDevices.Check(config.Linux, namespaces);
            if (spec.SaysReady) directory.MakeNotifyDirectory();
            using var mounts = PreparedMounts.Open(
                config, spec.BundleDirectory, spec.Sandbox?.Rootfs, group, namespaces);
            using var limits = new ProcessLimits(config.Process!.Rlimits);
            using var fifo = spec.WaitAtFifo ? directory.MakeStartFifo() : null;
            // Known before it is there, so that a delete after a crash finds it.
            var hostMount = namespaces.Has(NamespaceKind.Mount) ? (ulong?)null : HostMount.Of(mounts.Root);
            if (hostMount is not null) directory.Write(Record(spec, group, 0) with { HostMount = hostMount });
            using var unified = group.OpenUnified();
            using var legacy = group.OpenLegacy();
            var (go, status) = (new Pipe(), new Pipe());
            var plan = new InitPlan
            {
                Config = config with { Process = ProcessEnvironment.Complete(config.Process, mounts.Root) },
                Bundle = spec.BundleDirectory,
                NoPivot = spec.NoPivot,
                Namespaces = namespaces,
                Mounts = mounts,
                Group = group,
                Entry = legacy,
                Filter = SeccompFilter.From(config.Linux?.Seccomp),
                Status = status,
                Go = go,
                StartFifo = (int?)fifo?.DangerousGetHandle(),
                Limits = limits.ForChild,
                AvailableCapabilities = namespaces.Has(NamespaceKind.User) ? ulong.MaxValue : Capabilities.Permitted(),
                DieWithParent = spec.DieWithParent,
                TellsOnStandardError = spec.TellsOnStandardError,
                StandardInput = spec.StandardInput,
                StandardOutput = spec.StandardOutput,
                StandardError = spec.StandardError,
                PreservedDescriptors = spec.PreservedDescriptors,
                Terminal = spec.Terminal,
                HasProgram = spec.HasProgram,
                Hooks = hooks,
                Keyring = spec.NewKeyring ? KeyringSteps.NameOf(spec.Id) : null,
            };
            var program = InitProgram.Compile(plan);
            // In runc's words where it says the same.
            Log.Debug($"nsexec container setup: {program.Count} steps");
            if (spec.Terminal is null) StandardStreams.GiveTo(config, spec.StandardInput, spec.StandardOutput, spec.StandardError);
            var process = Fork(program, plan, unified);
            new FirstProcess(process, plan, pid => Record(spec, group, pid)).Guide(pid =>
            {
                meanwhile.KeepAndLimit();
                meanwhile.Describe(pid, hostMount);
            });
            return new Launched(process, go, network, hooks);
        }
        catch
        {
            network?.Dispose();
            hooks?.Dispose();
            throw;
        }
    }

    private static LaunchedProcess Fork(LaunchProgram program, InitPlan plan, SafeFileHandle? unified)
    {
        using var image = plan.Namespaces.Has(NamespaceKind.User) ? null : Launcher.PrepareApart(program, plan.Status);
        plan.Namespaces.AwaitNetwork();
        using var inside = new ThreadNamespaces(plan.Namespaces);
        if (!plan.Namespaces.Makes(NamespaceKind.Network)) WriteNetworkSysctls(plan.Config);
        return Launcher.Launch(program, plan.Status, (ulong)(uint)plan.Namespaces.Cloned, unified, image);
    }

    private static SafeFileHandle? MakeNetwork(ContainerSpec spec)
    {
        if (spec.Sandbox?.Network is not { } network) return null;
        var handle = NetworkNamespace.Create();
        try
        {
            SandboxLink.Create(
                network.Bridge, network.HostInterface, IPAddress.Parse(network.Address), network.PrefixLength,
                IPAddress.Parse(network.Gateway), network.Isolated, network.Mtu, (int)handle.DangerousGetHandle());
            return handle;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    private static void WriteNetworkSysctls(RuntimeConfig config)
    {
        if (config.Linux?.Sysctl is not { Count: > 0 } sysctls) return;
        using var procfs = Procfs.Open();
        foreach (var (name, value) in sysctls)
        {
            if (Sysctls.IsNetwork(name)) procfs.Write(Sysctls.PathOf(name), value);
        }
    }

    internal static ContainerRecord Record(ContainerSpec spec, ControlGroup group, int pid) => new()
    {
        Id = spec.Id,
        OciVersion = spec.Config.OciVersion,
        Pid = pid,
        StartTime = pid == 0 ? 0 : Processes.StartTime(pid) ?? 0,
        Bundle = spec.BundleDirectory,
        Rootfs = spec.Config.Root is { } root ? Path.GetFullPath(root.Path, spec.BundleDirectory) : "",
        Created = TimeProvider.System.GetUtcNow(),
        Cgroup = group.Path,
        Cpuset = group.LegacyDirectories.ContainsKey("cpuset"),
        Hierarchies = group.Path.Length > 0 ? group.Hierarchies : null,
        Freezer = group.FreezerFile,
        SystemdUnit = group.Unit?.Name,
        Annotations = spec.Config.Annotations,
        HasHooks = spec.Config.Hooks is { Poststart.Count: > 0 } or { Poststop.Count: > 0 },
        HasKeyring = spec.NewKeyring,
        Creator = pid == 0 ? Environment.ProcessId : 0,
        HasProgram = spec.HasProgram,
    };

    private static void Undo(StateDirectory directory, ControlGroup group)
    {
        try
        {
            group.Kill();
            group.Remove();
            if (directory.Read() is { } record) HostMount.Remove(record);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or RuntimeException)
        {
            // What happened first is what to report.
        }
        finally
        {
            directory.Remove();
        }
    }
}
