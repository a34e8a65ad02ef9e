using Paas.Linux.Cgroups;
using Paas.Node.Network;

namespace Paas.Node.Bundles;

/// <summary>What this process hands on to containers and cannot raise without CAP_SYS_RESOURCE, and how the host counts.</summary>
/// <param name="OpenFiles">Hard limit of open files.</param>
/// <param name="OomScoreAdjust">The lowest that may be set.</param>
/// <param name="UnifiedCgroups">True with cgroup v2 alone.</param>
internal sealed record HostLimits(ulong OpenFiles, int OomScoreAdjust, bool UnifiedCgroups)
{
    private const ulong UsualOpenFiles = 4096;

    /// <summary>Of this process and host, now.</summary>
    public static HostLimits Read()
    {
        var adjust = HostFiles.Read("/proc/self/oom_score_adj");
        return new HostLimits(
            ParseOpenFiles(HostFiles.Read("/proc/self/limits") ?? ""),
            int.TryParse(adjust, out var lowest) ? lowest : 0,
            CgroupHierarchies.Current.IsUnified);
    }

    /// <summary>The hard limit in <c>/proc/PID/limits</c> (proc(5)).</summary>
    public static ulong ParseOpenFiles(string limits)
    {
        const string name = "Max open files";
        var line = limits.Split('\n').FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
        var words = line?[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words is [_, var hard, ..] && ulong.TryParse(hard, out var value) ? value : UsualOpenFiles;
    }
}
