using System.Globalization;
using Paas.Linux.DBus;

namespace Paas.Linux.Cgroups;

/// <summary>
/// Limits as properties of a unit (systemd.resource-control(5)). Not all have one; every limit is written to its file as well, and
/// the properties are there so that systemd does not one day write its own idea of them.
/// </summary>
internal static class SystemdLimits
{
    private const ulong Infinity = ulong.MaxValue;
    private const ulong MicrosecondsPerSecond = 1_000_000;

    // systemd keeps hundredths of a processor.
    private const ulong QuotaStep = 10_000;

    public static List<SystemdProperty> Of(CgroupLimits limits, bool unified)
    {
        var properties = new List<SystemdProperty>();
        AddMemory(properties, limits.Memory, unified);
        AddProcessor(properties, limits.Processor, unified);
        if (!unified && limits.Block.Weight is > 0 and { } weight) Add(properties, "BlockIOWeight", weight);
        if (limits.Pids is { } pids) Add(properties, "TasksMax", pids > 0 ? (ulong)pids : Infinity);
        // On v2 the program attached to the group is enough; on v1 systemd writes the list anew whenever it reloads.
        if (!unified && limits.Devices is { } devices)
        {
            properties.Add(new SystemdProperty("DevicePolicy", DBusValue.Of("strict")));
            properties.Add(new SystemdProperty("DeviceAllow", DBusValue.Of(SystemdDevices.Allowed(devices))));
        }

        foreach (var (file, content) in limits.UnifiedFiles ?? new Dictionary<string, string>())
        {
            AddUnified(properties, file, content.Trim(), limits.UnifiedFiles!);
        }

        return properties;
    }

    /// <summary>A quota as systemd counts it: microseconds in each second of wall time, rounded up to hundredths of a processor.</summary>
    internal static ulong QuotaPerSecond(long quota, ulong period)
    {
        var perSecond = (ulong)quota * MicrosecondsPerSecond / period;
        return (perSecond + QuotaStep - 1) / QuotaStep * QuotaStep;
    }

    /// <summary>
    /// The limits with the quota that systemd makes of theirs: it writes its own into the file whenever it touches the unit, so that another one
    /// there would last until then.
    /// </summary>
    internal static CgroupLimits AsKept(CgroupLimits limits)
    {
        if (limits.Processor is not { Quota: > 0 and var quota } processor) return limits;
        var period = processor.Period is > 0 and { } given ? given : UnifiedLimits.DefaultPeriod;
        return limits with { Processor = processor with { Quota = (long)(QuotaPerSecond(quota, period) * period / MicrosecondsPerSecond) } };
    }

    private static void AddMemory(List<SystemdProperty> properties, MemoryLimits limits, bool unified)
    {
        if (limits.Limit is { } memory and not 0) Add(properties, unified ? "MemoryMax" : "MemoryLimit", Bytes(memory));
        if (!unified) return;
        if (limits.Reservation is { } low and not 0) Add(properties, "MemoryLow", Bytes(low));
        if (UnifiedLimits.Swap(limits) is { } swap) Add(properties, "MemorySwapMax", Bytes(swap));
    }

    private static void AddProcessor(List<SystemdProperty> properties, ProcessorLimits limits, bool unified)
    {
        // The weight that only v2 has, and there with it the idle class.
        if (unified && limits.Idle == 1) Add(properties, "CPUWeight", 0);
        else if (unified && limits.Shares is > 0 and { } weight) Add(properties, "CPUWeight", UnifiedLimits.Weight(weight));
        else if (limits.Shares is > 0 and { } shares) Add(properties, "CPUShares", shares);
        AddQuota(properties, limits.Quota ?? 0, limits.Period ?? 0);
        if (limits.Cpus is { Length: > 0 } cpus) properties.Add(new SystemdProperty("AllowedCPUs", DBusValue.Of(CpuList.ToBits(cpus))));
        if (limits.Nodes is { Length: > 0 } nodes)
        {
            properties.Add(new SystemdProperty("AllowedMemoryNodes", DBusValue.Of(CpuList.ToBits(nodes))));
        }
    }

    private static void AddQuota(List<SystemdProperty> properties, long quota, ulong period)
    {
        if (quota == 0 && period == 0) return;
        if (period != 0) Add(properties, "CPUQuotaPeriodUSec", period);
        if (period == 0) period = UnifiedLimits.DefaultPeriod;
        Add(properties, "CPUQuotaPerSecUSec", quota > 0 ? QuotaPerSecond(quota, period) : Infinity);
    }

    private static void AddUnified(List<SystemdProperty> properties, string file, string content, IReadOnlyDictionary<string, string> all)
    {
        switch (file)
        {
            case "cpu.idle" when content == "1":
                Add(properties, "CPUWeight", 0);
                break;
            case "cpu.weight" when all.GetValueOrDefault("cpu.idle")?.Trim() != "1":
                Add(properties, "CPUWeight", Number(file, content));
                break;
            case "cpu.max":
                var words = content.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (words.Length is 0 or > 2) throw Invalid(file, content);
                var quota = words[0] == "max" ? 0 : (long)Number(file, words[0]);
                AddQuota(properties, quota, words.Length == 2 ? Number(file, words[1]) : UnifiedLimits.DefaultPeriod);
                break;
            case "cpuset.cpus":
                properties.Add(new SystemdProperty("AllowedCPUs", DBusValue.Of(CpuList.ToBits(content))));
                break;
            case "cpuset.mems":
                properties.Add(new SystemdProperty("AllowedMemoryNodes", DBusValue.Of(CpuList.ToBits(content))));
                break;
            case "memory.oom.group":
                properties.Add(new SystemdProperty("OOMPolicy", DBusValue.Of(content == "1" ? "kill" : "continue")));
                break;
            default:
                if (PropertyOf(file) is { } name) Add(properties, name, Number(file, content));
                break;
        }
    }

    private static string? PropertyOf(string file) => file switch
    {
        "memory.high" => "MemoryHigh",
        "memory.low" => "MemoryLow",
        "memory.min" => "MemoryMin",
        "memory.max" => "MemoryMax",
        "memory.swap.max" => "MemorySwapMax",
        "pids.max" => "TasksMax",
        _ => null,
    };

    private static ulong Number(string file, string content)
    {
        if (content == "max") return Infinity;
        return ulong.TryParse(content, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw Invalid(file, content);
    }

    private static CgroupException Invalid(string file, string content) => new($"unified resource \"{file}\" value invalid: \"{content}\"");

    private static ulong Bytes(long value) => value < 0 ? Infinity : (ulong)value;

    private static void Add(List<SystemdProperty> properties, string name, ulong value) =>
        properties.Add(new SystemdProperty(name, DBusValue.Of(value)));
}
