using Paas.Linux;
using Paas.Linux.Cgroups;
using Paas.Oci.Runtime;
using GroupMemory = Paas.Linux.Cgroups.MemoryLimits;
using GroupProcessor = Paas.Linux.Cgroups.ProcessorLimits;
using GroupBlock = Paas.Linux.Cgroups.BlockLimits;

namespace Paas.Runtime.Containers;

/// <summary>Limits as config.json has them, in the words of <see cref="ControlGroup"/>.</summary>
internal static class GroupLimits
{
    private const string AllAccess = "rwm";

    /// <summary>Those of a new container. In a user namespace nobody may say which devices it may use, and nobody can make any.</summary>
    public static CgroupLimits Of(ResourcesConfig? resources) =>
        Update(resources ?? new ResourcesConfig()) with { Devices = Namespaces.IsInUserNamespace ? null : Devices(resources?.Devices ?? []) };

    /// <summary>Those that a running container gets: as above, but what devices it may use stays as it is.</summary>
    public static CgroupLimits Update(ResourcesConfig resources) => new()
    {
        Memory = Memory(resources.Memory),
        Processor = Processor(resources.Cpu),
        Pids = resources.Pids?.Limit is 0 ? null : resources.Pids?.Limit,
        Block = Block(resources.BlockIO),
        HugePages = [.. (resources.HugepageLimits ?? []).Select(limit => (PageSize(limit.PageSize), limit.Limit))],
        NetworkClass = resources.Network?.ClassID is 0 ? null : resources.Network?.ClassID,
        NetworkPriorities = [.. (resources.Network?.Priorities ?? []).Select(item => (item.Name, item.Priority))],
        Rdma = [.. (resources.Rdma ?? new Dictionary<string, RdmaLimits>()).Select(Rdma)],
        UnifiedFiles = resources.Unified is { Count: > 0 } ? resources.Unified : null,
    };

    private static GroupMemory Memory(Oci.Runtime.MemoryLimits? memory) => memory is null ? new GroupMemory() : new GroupMemory
    {
        Limit = memory.Limit,
        LimitAndSwap = memory.Swap,
        Reservation = memory.Reservation,
        KernelTcp = memory.KernelTCP,
        Swappiness = memory.Swappiness,
        DisableKiller = memory.DisableOOMKiller == true,
        CheckUse = memory.CheckBeforeUpdate == true,
    };

    private static GroupProcessor Processor(Oci.Runtime.ProcessorLimits? cpu) => cpu is null ? new GroupProcessor() : new GroupProcessor
    {
        Shares = cpu.Shares,
        Quota = cpu.Quota,
        Period = cpu.Period,
        Burst = cpu.Burst,
        Idle = cpu.Idle,
        RealtimeRuntime = cpu.RealtimeRuntime,
        RealtimePeriod = cpu.RealtimePeriod,
        Cpus = cpu.Cpus,
        Nodes = cpu.Mems,
    };

    private static GroupBlock Block(Oci.Runtime.BlockLimits? block) => block is null ? new GroupBlock() : new GroupBlock
    {
        Weight = block.Weight,
        LeafWeight = block.LeafWeight,
        Weights = [.. (block.WeightDevice ?? []).Select(Weight)],
        Rates =
        [
            .. Rates(RateKind.ReadBytes, block.ThrottleReadBpsDevice), .. Rates(RateKind.WriteBytes, block.ThrottleWriteBpsDevice),
            .. Rates(RateKind.Reads, block.ThrottleReadIOPSDevice), .. Rates(RateKind.Writes, block.ThrottleWriteIOPSDevice),
        ],
    };

    private static (string Device, uint? Handles, uint? Objects) Rdma(KeyValuePair<string, RdmaLimits> item) =>
        (item.Key, item.Value.HcaHandles, item.Value.HcaObjects);

    private static DeviceWeight Weight(WeightDevice device) => new(device.Major, device.Minor, device.Weight, device.LeafWeight);

    private static IEnumerable<DeviceRate> Rates(RateKind kind, IReadOnlyList<ThrottleDevice>? devices) =>
        (devices ?? []).Select(device => new DeviceRate(kind, device.Major, device.Minor, device.Rate));

    private static string PageSize(string size) =>
        size.Length > 2 && size[..^2].All(char.IsAsciiDigit) && size[^2..] is "KB" or "MB" or "GB"
            ? size
            : throw new RuntimeException($"hugepageLimits: \"{size}\" is not the size of a huge page (64KB, 2MB, 1GB, …)");

    // The bundle's rules, then those for the devices every container has (config-linux.md, Default Devices): /dev/ptmx and
    // pseudo-terminals too. Whatever is in neither is refused.
    private static List<DeviceAccess> Devices(IReadOnlyList<DeviceRule> rules)
    {
        var all = new List<DeviceAccess>();
        foreach (var rule in rules) all.Add(Access(rule));
        all.Add(new DeviceAccess(true, 'c', null, null, "m"));
        all.Add(new DeviceAccess(true, 'b', null, null, "m"));
        foreach (var (major, minor) in DeviceSteps.DefaultNumbers) all.Add(new DeviceAccess(true, 'c', major, minor, AllAccess));
        all.Add(new DeviceAccess(true, 'c', 5, 2, AllAccess));
        all.Add(new DeviceAccess(true, 'c', 136, null, AllAccess));
        return all;
    }

    private static DeviceAccess Access(DeviceRule rule)
    {
        var type = rule.Type is { Length: > 0 } word ? word : "a";
        if (type is not ("a" or "b" or "c")) throw new RuntimeException($"resources.devices: unknown type of device \"{type}\"");
        // Letters that mean nothing are passed over, as other runtimes do.
        var access = rule.Access is { Length: > 0 } letters ? string.Concat(AllAccess.Where(letters.Contains)) : AllAccess;
        return new DeviceAccess(rule.Allow, type[0], Any(rule.Major), Any(rule.Minor), access);
    }

    private static long? Any(long? number) => number is null or -1 ? null : number;
}
