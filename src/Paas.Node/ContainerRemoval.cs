using Paas.Images;
using Paas.Node.Bundles;
using Paas.Node.Cgroups;
using Paas.Node.Network;
using Paas.Node.Processes;
using Paas.Node.Supervision;

namespace Paas.Node;

/// <summary>
/// Takes a container apart, whatever state it is in: running, half-made, long dead. Every step can be done twice, and the
/// directory goes last, so that a crash in the middle is found and finished.
/// </summary>
internal sealed class ContainerRemoval(
    NodeOptions options, NodePaths paths, ImageStore images, HostNetwork network, HostCgroups cgroups, TimeProvider time)
{
    private static readonly TimeSpan KillTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(2);

    /// <summary>Kills what runs of the container and removes all of it; nothing for an unknown id.</summary>
    public async Task RemoveAsync(string id, CancellationToken ct)
    {
        var directory = paths.Container(id);
        if (!Directory.Exists(directory.Path)) return;
        var sandbox = ContainerFiles.ReadSandbox(directory);
        await EndSupervisorAsync(id, directory, ct);
        await RemoveCgroupsAsync(id, ct);
        if (Directory.Exists(Path.Combine(paths.RuntimeRoot, id)))
        {
            await HostCommand.RunAsync(options.RuntimePath, ["--root", paths.RuntimeRoot, "delete", "--force", id], null, ct);
        }

        images.Snapshotter.Remove(BundleWriter.SnapshotKey(id));
        network.Release(sandbox?.Network);
        File.Delete(paths.Socket(id));
        Directory.Delete(directory.Path, recursive: true);
    }

    /// <summary>Kills everything in the container's control groups and removes them.</summary>
    public async Task RemoveCgroupsAsync(string id, CancellationToken ct)
    {
        foreach (var group in Enum.GetValues<ContainerGroup>()) await cgroups.RemoveAsync(paths.Cgroup(group, id), KillTime, ct);
    }

    // Asked to, it removes its container in order; killed, it takes the container along by the kernel's parent-death signal.
    private async Task EndSupervisorAsync(string id, ContainerDirectory directory, CancellationToken ct)
    {
        if (!File.Exists(directory.Supervise)) return;
        var asked = await StopAsync(id, TimeSpan.Zero, ct);
        var pids = await SupervisorProcess.FindAsync(directory, time, ct);
        if (asked && await HaveEndedAsync(pids, directory, ct)) return;
        foreach (var pid in pids) HostProcess.Kill(pid, directory.Path);
        if (!await HaveEndedAsync(pids, directory, ct)) throw new IOException($"the supervisor of {id} does not end");
    }

    private async Task<bool> HaveEndedAsync(IReadOnlyList<int> pids, ContainerDirectory directory, CancellationToken ct)
    {
        var begun = time.GetTimestamp();
        while (pids.Any(pid => SupervisorProcess.IsAlive(pid, directory)))
        {
            if (time.GetElapsedTime(begun) > KillTime) return false;
            await Task.Delay(Poll, time, ct);
        }

        return true;
    }

    /// <summary>Asks the supervisor to stop its container; returns when it did, ended, or did not answer in time.</summary>
    /// <returns>False when there is none to ask, or it does not answer.</returns>
    public async Task<bool> StopAsync(string id, TimeSpan grace, CancellationToken ct)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(grace + KillTime);
        try
        {
            using var client = await SupervisorClient.ConnectAsync(paths.Socket(id), deadline.Token);
            if (client is null) return false;
            await client.RequestAsync("stop", grace, deadline.Token);
            return true;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            // It hangs: the removal that follows kills it.
            return false;
        }
    }
}
