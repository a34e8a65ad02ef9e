using Paas.Linux.Cgroups;
using Paas.Oci.Runtime;

namespace Paas.Runtime.Containers;

/// <summary>What config.json says about control groups, in the words of <see cref="ControlGroup"/>.</summary>
internal static class CgroupPaths
{
    /// <summary>The path of a container's group: as configured, or the container's id.</summary>
    public static string For(string? configured, string id)
    {
        if (string.IsNullOrEmpty(configured)) return "/" + id;
        // As systemd's driver spells it: slice:prefix:name.
        if (configured.Split(':') is [var slice, var prefix, var name]) configured = $"{slice}/{prefix}-{name}.scope";
        return TargetSteps.Clean(configured) is { Length: > 1 } path ? path : throw new RuntimeException("cgroupsPath must not be the root");
    }

    public static CgroupLimits Limits(ResourcesConfig? resources) => resources is null ? new CgroupLimits() : new CgroupLimits
    {
        Memory = resources.Memory?.Limit,
        MemoryAndSwap = resources.Memory?.Swap,
        MemoryReservation = resources.Memory?.Reservation,
        CpuShares = resources.Cpu?.Shares,
        CpuQuota = resources.Cpu?.Quota,
        CpuPeriod = resources.Cpu?.Period,
        Cpus = resources.Cpu?.Cpus,
        MemoryNodes = resources.Cpu?.Mems,
        Pids = resources.Pids?.Limit,
        Devices = resources.Devices is { Count: > 0 } rules ? Devices(rules) : null,
        UnifiedFiles = resources.Unified,
    };

    // The bundle's rules, then those for the devices every container has (config-linux.md, Default Devices): /dev/ptmx and
    // pseudo-terminals too.
    private static List<DeviceAccess> Devices(IReadOnlyList<DeviceRule> rules)
    {
        var all = rules.Select(Access).ToList();
        all.Add(new DeviceAccess(true, 'c', null, null, "m"));
        all.Add(new DeviceAccess(true, 'b', null, null, "m"));
        all.AddRange(DeviceSteps.DefaultNumbers.Select(device => new DeviceAccess(true, 'c', device.Major, device.Minor, "rwm")));
        all.Add(new DeviceAccess(true, 'c', 5, 2, "rwm"));
        all.Add(new DeviceAccess(true, 'c', 136, null, "rwm"));
        return all;
    }

    private static DeviceAccess Access(DeviceRule rule) => new(
        rule.Allow,
        rule.Type is { Length: > 0 } type ? type[0] : 'a',
        Any(rule.Major),
        Any(rule.Minor),
        rule.Access is { Length: > 0 } access ? access : "rwm");

    private static long? Any(long? number) => number is null or -1 ? null : number;
}
