using Paas.Images;
using Paas.Linux;
using Paas.Node.Bundles;
using Paas.Node.Cgroups;
using Paas.Node.Network;

namespace Paas.Node;

/// <summary>
/// Finds what the last process left: takes over what is whole, removes what is not. What cannot be removed, as while a process
/// waits for a disk that does not answer, is said and tried again later; it keeps neither the start nor the rest.
/// </summary>
internal sealed class HostRecovery(
    NodePaths paths, ImageStore images, HostNetwork network, HostCgroups cgroups, ContainerRemoval removal, KeyedLocks locks, HostNotices notices)
{
    private static readonly TimeSpan CleanupTime = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private bool _adopted;

    /// <summary>At the start, and before the end.</summary>
    /// <param name="ct">Stops between two leftovers.</param>
    public async Task RunAsync(CancellationToken ct)
    {
        SpreadDirectory.Create(paths.Containers, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.CreateDirectory(paths.Sockets, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        AdoptAddresses();
        var whole = Ids().Where(id => ContainerFiles.ReadConfig(paths.Container(id)) is not null).ToHashSet();
        foreach (var id in whole) PausedContainer.Resume(paths.Cgroup(ContainerGroup.Apps, id));
        await TryAsync(paths.EarlierBuildsCgroup, () => cgroups.RemoveAsync(paths.EarlierBuildsCgroup, CleanupTime, ct), ct);
        await SweepAsync(id => !whole.Contains(id), ct);
    }

    /// <summary>While containers come and go: removes what has no owner in this process, and could not be removed before.</summary>
    /// <param name="ct">Stops between two leftovers.</param>
    public Task SweepAsync(CancellationToken ct) =>
        // Only what is not there: a file that cannot be read, as for want of descriptors, must not cost a running container.
        SweepAsync(id => !File.Exists(paths.Container(id).Supervise), ct);

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

    // Without supervise.json it is a one-shot whose parent died, or was never finished.
    private async Task SweepAsync(Func<string, bool> isLeftover, CancellationToken ct)
    {
        foreach (var id in Ids()) await RemoveAsync(id, isLeftover, () => removal.RemoveAsync(id, ct), ct);
        await RemoveOrphansAsync(ct);
    }

    // Things that outlived the directory of their container: it goes last, but a disk can lose more than a crash.
    private async Task RemoveOrphansAsync(CancellationToken ct)
    {
        foreach (var group in Enum.GetValues<ContainerGroup>())
        {
            var orphans = cgroups.Children(Path.GetDirectoryName(paths.Cgroup(group, "x"))!);
            foreach (var id in orphans.Where(ContainerIds.IsValid)) await RemoveAsync(id, IsUnknown, () => removal.RemoveCgroupsAsync(id, ct), ct);
        }

        foreach (var key in images.Snapshotter.Keys())
        {
            if (BundleWriter.IdOfSnapshot(key) is { } id) await RemoveAsync(id, IsUnknown, () => Task.Run(() => images.Snapshotter.Remove(key), ct), ct);
        }

        foreach (var socket in Directory.EnumerateFiles(paths.Sockets, "*.sock"))
        {
            await RemoveAsync(Path.GetFileNameWithoutExtension(socket), IsUnknown, () => Task.Run(() => File.Delete(socket), ct), ct);
        }
    }

    private bool IsUnknown(string id) => !Directory.Exists(paths.Container(id).Path);

    // Whoever works at a container has its lock. What it is, is asked with the lock: it may have been started or removed meanwhile.
    private async Task RemoveAsync(string id, Func<string, bool> isLeftover, Func<Task> remove, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        using var held = locks.TryLock(id);
        if (held is not null && isLeftover(id)) await TryAsync(id, remove, ct);
    }

    private async Task TryAsync(string what, Func<Task> remove, CancellationToken ct)
    {
        try
        {
            await remove();
        }
        catch (Exception error) when (!ct.IsCancellationRequested)
        {
            notices.SayOnce($"what is left of {what} could not be removed and will be tried again: {error.Message}");
        }
    }

    private IEnumerable<string> Ids() => Directory.Exists(paths.Containers)
        ? Directory.EnumerateDirectories(paths.Containers).Select(path => Path.GetFileName(path)).Where(ContainerIds.IsValid)
        : [];
}
