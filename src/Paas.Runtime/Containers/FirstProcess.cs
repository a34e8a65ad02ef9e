using Paas.Linux;
using Paas.Linux.Launching;
using Paas.Oci.Runtime;
using Paas.Runtime.CommandLine;
using Paas.Runtime.Hooks;
using Paas.Runtime.State;

namespace Paas.Runtime.Containers;

/// <summary>A first process that prepares itself, and its parent's part in that. The two run side by side; a pipe keeps them in step.</summary>
/// <param name="process">The process.</param>
/// <param name="plan">What it does.</param>
/// <param name="describe">What hooks and agents are told of it.</param>
internal sealed class FirstProcess(LaunchedProcess process, InitPlan plan, Func<int, ContainerRecord> describe)
{
    // Where the child ended meanwhile, it knows better why something of it is missing.
    private bool _needsChild = true;

    /// <summary>Returns when it is ready to run its program. Where it fails, it is gone.</summary>
    /// <param name="meanwhile">Done while it is busy; it is given its pid.</param>
    /// <exception cref="LinuxException">What the kernel refused.</exception>
    /// <exception cref="RuntimeException">A hook failed.</exception>
    public void Guide(Action<int> meanwhile)
    {
        try
        {
            Log.Debug($"child process in init(): pid {process.Pid}");
            plan.Go.CloseReadEnd();
            Place(meanwhile);
            Complete();
            process.WaitUntilReady();
            Log.Debug("init: closing the pipe to signal completion");
        }
        catch (Exception failure)
        {
            var gone = _needsChild && failure is LinuxException { Errno: Errno.ESRCH or Errno.EPIPE or Errno.ENOENT };
            var cause = gone ? Failure() : null;
            process.Abandon();
            process.Dispose();
            plan.Go.Dispose();
            if (cause is not null) throw cause;
            if (failure is ExitException) throw new RuntimeException($"{failure.Message}, output: {plan.Hooks?.Printed}", failure);
            throw;
        }
    }

    // Up to where it may mount: its ids, its group's limits, its devices.
    private void Place(Action<int> meanwhile)
    {
        var config = plan.Config;
        if (plan.Namespaces.Makes(NamespaceKind.User))
        {
            UserNamespaces.WriteMaps(process.Pid, MappedIds.Ranges(config.Linux!.UidMappings!), MappedIds.Ranges(config.Linux.GidMappings!));
            plan.Go.WriteByte();
        }

        if (plan.Namespaces.HasSuccessor) process.WaitForSuccessor();
        _needsChild = false;
        meanwhile(process.Pid);
        _needsChild = true;
        OutOfMemoryScore.Set(process.Pid, config.Process!.OomScoreAdj);
        if (config.Linux!.NetDevices is { Count: > 0 } devices) MoveDevices(devices);
        plan.Go.WriteByte();
        _needsChild = false;
    }

    // Up to its program: what only the host may do inside, its interfaces, hooks, and who decides on its system calls.
    private void Complete()
    {
        if (plan.Namespaces.Has(NamespaceKind.User)) MapIds();
        plan.Namespaces.AwaitInterfaces();
        if (plan.HasWaypoint) CallHooks(describe(process.Pid));
        if (plan.Filter?.Agent is not { } agent) return;
        agent.HandOver(process, describe(process.Pid), ContainerStatus.Creating);
        plan.Go.WriteByte();
    }

    // Of what is bound from inside the container, whose user namespace may not.
    private void MapIds()
    {
        foreach (var mount in plan.Mounts.Mounts)
        {
            if (mount.InnerSource is null || mount.IdMap is not { } users) continue;
            using var tree = process.TakeDescriptor();
            Mounts.MapIds(tree, users, mount.Options.RecursiveIdMap);
            plan.Go.WriteByte();
        }
    }

    private void MoveDevices(IReadOnlyDictionary<string, NetDeviceConfig> devices)
    {
        if (plan.Namespaces.Joined.TryGetValue(NamespaceKind.Network, out var joined))
        {
            NetworkDevices.Move(devices, (int)joined.DangerousGetHandle());
            return;
        }

        using var made = Namespaces.Open(process.Pid, NamespaceKind.Network);
        NetworkDevices.Move(devices, (int)made.DangerousGetHandle());
    }

    private void CallHooks(ContainerRecord record)
    {
        process.WaitForWaypoint();
        // As the container sees it: runtime.md, State.
        plan.Hooks?.Describe(record, Processes.PidInNamespace(process.Pid) ?? process.Pid);
        var hooks = plan.Config.Hooks;
        HostHooks.Run("prestart", hooks?.Prestart, record, ContainerStatus.Creating, process.Pid);
        HostHooks.Run("createRuntime", hooks?.CreateRuntime, record, ContainerStatus.Creating, process.Pid);
        plan.Go.WriteByte();
    }

    private IOException? Failure()
    {
        try
        {
            process.WaitUntilReady();
            return null;
        }
        catch (IOException cause)
        {
            return cause;
        }
    }
}
