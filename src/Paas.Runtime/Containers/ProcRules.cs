using Paas.Linux;
using static Paas.Linux.Native;

namespace Paas.Runtime.Containers;

/// <summary>
/// What may be mounted at <c>/proc</c> and below it: procfs, and over its files only what emulations of the machine's figures
/// replace. Anything else there could stand in for what programs, and other tools, rely on (CVE-2019-16884).
/// </summary>
internal static class ProcRules
{
    private static readonly string[] Replaceable =
    [
        "/proc/cpuinfo", "/proc/diskstats", "/proc/meminfo", "/proc/stat", "/proc/swaps", "/proc/uptime", "/proc/loadavg", "/proc/slabinfo",
        "/proc/net/dev", "/proc/sys/kernel/ns_last_pid", "/proc/sys/crypto/fips_enabled",
    ];

    /// <param name="mount">The mount.</param>
    /// <param name="place">Its destination with the image's symbolic links written out.</param>
    /// <param name="bundle">Sources are relative to it.</param>
    /// <exception cref="RuntimeException">It may not be mounted there.</exception>
    public static void Check(PreparedMount mount, string place, string bundle)
    {
        foreach (var path in (ReadOnlySpan<string>)[mount.Destination, place])
        {
            if (!ImagePlaces.IsAtOrBelow(path, "/proc")) continue;
            if (path == "/proc")
            {
                if (!IsProcfs(mount, bundle)) throw new RuntimeException($"\"{path}\" cannot be mounted because it is not of type proc");
            }
            else if (!Replaceable.Contains(path)) throw new RuntimeException($"\"{path}\" cannot be mounted because it is inside /proc");
        }
    }

    private static bool IsProcfs(PreparedMount mount, string bundle)
    {
        if (mount.Config.Type == "proc" && !mount.Options.Bind) return true;
        if (string.IsNullOrEmpty(mount.Config.Source)) return false;
        using var source = Files.Open(Path.GetFullPath(mount.Config.Source, bundle), O_PATH);
        return Files.FilesystemType(source) == PROC_SUPER_MAGIC && Files.Status(source).Inode == Procfs.RootInode;
    }
}
