using System.Globalization;

namespace Paas.Linux.Cgroups;

/// <summary>Limits in force, where a new one can only be set together with another.</summary>
internal static class PresentLimits
{
    /// <summary>Adds to new limits what they need of those in force: quota or period, and memory to one of memory and swap.</summary>
    public static CgroupLimits Complete(ControlGroup group, CgroupLimits limits)
    {
        var (processor, memory) = (limits.Processor, limits.Memory);
        if ((processor.Quota is null or 0) != (processor.Period is null or 0))
        {
            var (quota, period) = Bandwidth(group);
            processor = processor with
            {
                Quota = processor.Quota is null or 0 ? quota : processor.Quota,
                Period = processor.Period is null or 0 ? period : processor.Period,
            };
        }

        if (group.Hierarchies.IsUnified && memory is { LimitAndSwap: > 0, Limit: null or 0 })
        {
            var present = GroupFile.Number($"{group.UnifiedDirectory}/memory.max");
            memory = memory with { Limit = present is { } bytes and <= long.MaxValue ? (long)bytes : -1 };
        }

        return limits with { Processor = processor, Memory = memory };
    }

    private static (long Quota, ulong Period) Bandwidth(ControlGroup group)
    {
        if (group.LegacyDirectories.TryGetValue("cpu", out var legacy))
        {
            var text = GroupFile.TryRead($"{legacy}/cpu.cfs_quota_us");
            return (
                long.TryParse(text, CultureInfo.InvariantCulture, out var quota) ? quota : -1,
                GroupFile.Number($"{legacy}/cpu.cfs_period_us") ?? UnifiedLimits.DefaultPeriod);
        }

        var words = GroupFile.TryRead($"{group.UnifiedDirectory}/cpu.max")?.Trim().Split(' ') ?? [];
        return (
            words.Length > 0 && long.TryParse(words[0], CultureInfo.InvariantCulture, out var microseconds) ? microseconds : -1,
            words.Length > 1 && GroupFile.Parse(words[1]) is { } period ? period : UnifiedLimits.DefaultPeriod);
    }
}
