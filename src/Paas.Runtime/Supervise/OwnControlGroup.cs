namespace Paas.Runtime.Supervise;

/// <summary>
/// Moves this process out of the control group of whoever started it, so that stopping or restarting that one's service leaves
/// it alone. On version 2 that is one directory; on version 1 one in each hierarchy.
/// </summary>
internal static class OwnControlGroup
{
    // cpuset refuses processes until it is given processors and memory, and has no say in what a supervisor is.
    private const string Unused = "cpuset";

    /// <summary>Moves the process; hierarchies that refuse it are left as they are.</summary>
    public static void Move(string path)
    {
        foreach (var hierarchy in Hierarchies())
        {
            try
            {
                var directory = Path.Join(hierarchy, path);
                Directory.CreateDirectory(directory);
                File.WriteAllText(Path.Combine(directory, "cgroup.procs"), "0");
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // A read-only or delegated hierarchy: the process stays, and lives as long as its starter's group.
            }
        }
    }

    // Mount points from proc_pid_mountinfo(5): "… root mountpoint options … - type source superoptions".
    private static IEnumerable<string> Hierarchies()
    {
        foreach (var line in File.ReadLines("/proc/self/mountinfo"))
        {
            var separator = line.IndexOf(" - cgroup", StringComparison.Ordinal);
            if (separator < 0) continue;
            var superOptions = line[(line.LastIndexOf(' ') + 1)..].Split(',');
            if (!superOptions.Contains(Unused)) yield return line.Split(' ')[4];
        }
    }
}
