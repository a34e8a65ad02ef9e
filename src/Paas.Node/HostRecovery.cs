using Paas.Images;
using Paas.Linux;
using Paas.Node.Bundles;
using Paas.Node.Cgroups;
using Paas.Node.Network;

namespace Paas.Node;

/// <summary>Finds what the last process left: takes over what is whole, removes what is not.</summary>
internal sealed class HostRecovery(
    NodePaths paths, ImageStore images, HostNetwork network, HostCgroups cgroups, ContainerRemoval removal)
{
    private static readonly TimeSpan CleanupTime = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private bool _adopted;

    /// <param name="isBusy">True for containers that this process works at.</param>
    /// <param name="ct">Stops between two leftovers.</param>
    public async Task RunAsync(Func<string, bool> isBusy, CancellationToken ct)
    {
        SpreadDirectory.Create(paths.Containers, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.CreateDirectory(paths.Sockets, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        AdoptAddresses();
        foreach (var id in Ids())
        {
            // Without supervise.json it is a one-shot whose parent died, or was never finished.
            if (ContainerFiles.ReadConfig(paths.Container(id)) is not null) PausedContainer.Resume(paths.Cgroup(ContainerGroup.Apps, id));
            else if (!isBusy(id)) await removal.RemoveAsync(id, ct);
        }

        await cgroups.RemoveAsync(paths.EarlierBuildsCgroup, CleanupTime, ct);
        await RemoveOrphansAsync(isBusy, ct);
    }

    /// <summary>Takes the addresses of all containers on disk, once.</summary>
    public void AdoptAddresses()
    {
        lock (_lock)
        {
            if (_adopted) return;
            foreach (var id in Ids()) network.Adopt(ContainerFiles.ReadSandbox(paths.Container(id))?.Network);
            _adopted = true;
        }
    }

    // Things that outlived the directory of their container: it goes last, but a disk can lose more than a crash.
    private async Task RemoveOrphansAsync(Func<string, bool> isBusy, CancellationToken ct)
    {
        var known = Ids().ToHashSet();
        foreach (var group in Enum.GetValues<ContainerGroup>())
        {
            var orphans = cgroups.Children(Path.GetDirectoryName(paths.Cgroup(group, "x"))!);
            foreach (var id in orphans.Where(id => ContainerIds.IsValid(id) && !known.Contains(id) && !isBusy(id))) await removal.RemoveCgroupsAsync(id, ct);
        }

        foreach (var key in images.Snapshotter.Keys())
        {
            if (BundleWriter.IdOfSnapshot(key) is { } id && !known.Contains(id) && !isBusy(id)) images.Snapshotter.Remove(key);
        }

        foreach (var socket in Directory.EnumerateFiles(paths.Sockets, "*.sock"))
        {
            var id = Path.GetFileNameWithoutExtension(socket);
            if (!known.Contains(id) && !isBusy(id)) File.Delete(socket);
        }
    }

    private IEnumerable<string> Ids() => Directory.Exists(paths.Containers)
        ? Directory.EnumerateDirectories(paths.Containers).Select(path => Path.GetFileName(path)).Where(ContainerIds.IsValid)
        : [];
}
