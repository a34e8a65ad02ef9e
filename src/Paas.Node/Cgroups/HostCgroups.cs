using Paas.Node.Processes;

namespace Paas.Node.Cgroups;

/// <summary>
/// The control groups of containers, in every hierarchy that is mounted: one with v2, several with v1 or both (cgroups(7)).
/// The runtime makes them; here they are only emptied and removed.
/// </summary>
/// <param name="root"><c>/sys/fs/cgroup</c>.</param>
/// <param name="time">For waiting.</param>
internal sealed class HostCgroups(string root, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(5);

    /// <summary>Kills every process of a group and its children and removes it; nothing when there is none.</summary>
    /// <param name="group">Relative to each hierarchy's root, e.g. <c>/paas/apps/x</c>.</param>
    /// <param name="deadline">Time for the kernel to end processes that are in the middle of something.</param>
    /// <exception cref="IOException">A process did not end in time.</exception>
    public async Task RemoveAsync(string group, TimeSpan deadline, CancellationToken ct)
    {
        var begun = time.GetTimestamp();
        foreach (var hierarchy in Hierarchies())
        {
            var path = hierarchy + "/" + group.Trim('/');
            while (Directory.Exists(path) && !TryRemove(path))
            {
                if (time.GetElapsedTime(begun) > deadline) throw new IOException($"processes in the control group {path} do not end");
                await Task.Delay(Interval, time, ct);
            }
        }
    }

    /// <summary>Removes a parent group in every hierarchy once nothing is in it; leaves it when that takes longer than the deadline.</summary>
    public async Task RemoveEmptyAsync(string group, TimeSpan deadline, CancellationToken ct)
    {
        var begun = time.GetTimestamp();
        foreach (var hierarchy in Hierarchies())
        {
            var path = hierarchy + "/" + group.Trim('/');
            while (Directory.Exists(path) && !TryDelete(path) && time.GetElapsedTime(begun) < deadline) await Task.Delay(Interval, time, ct);
        }
    }

    /// <summary>Names of the groups below a group, in any hierarchy.</summary>
    public IReadOnlySet<string> Children(string group)
    {
        var names = new HashSet<string>();
        foreach (var hierarchy in Hierarchies())
        {
            var path = hierarchy + "/" + group.Trim('/');
            if (!Directory.Exists(path)) continue;
            names.UnionWith(Directory.EnumerateDirectories(path).Select(child => Path.GetFileName(child)));
        }

        return names;
    }

    // v2 has its files at the root; v1 and hybrid have a directory for each hierarchy.
    private List<string> Hierarchies()
    {
        if (File.Exists(root + "/cgroup.controllers")) return [root];
        // Controllers that share a hierarchy have symbolic links to it.
        return [.. new DirectoryInfo(root).EnumerateDirectories()
            .Where(directory => directory.LinkTarget is null && File.Exists(directory.FullName + "/cgroup.procs"))
            .Select(directory => directory.FullName)];
    }

    private static bool TryRemove(string path)
    {
        foreach (var child in Directory.EnumerateDirectories(path))
        {
            if (!TryRemove(child)) return false;
        }

        if (TryDelete(path)) return true;
        Kill(path);
        return TryDelete(path);
    }

    private static void Kill(string path)
    {
        try
        {
            if (File.Exists(path + "/cgroup.kill"))
            {
                File.WriteAllText(path + "/cgroup.kill", "1");
                return;
            }

            foreach (var line in File.ReadLines(path + "/cgroup.procs"))
            {
                if (int.TryParse(line, out var pid) && pid > 0) HostProcess.Kill(pid);
            }
        }
        catch (IOException)
        {
            // It went away meanwhile.
        }
    }

    private static bool TryDelete(string path)
    {
        try
        {
            Directory.Delete(path);
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
