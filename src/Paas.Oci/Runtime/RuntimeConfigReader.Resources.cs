using System.Text.Json;
using static Paas.Oci.JsonValues;

namespace Paas.Oci.Runtime;

/// <content>The <c>linux.resources</c> member.</content>
public static partial class RuntimeConfigReader
{
    /// <summary>Reads limits alone, as <c>update --resources</c> takes them.</summary>
    /// <inheritdoc cref="ReadConfig"/>
    public static ResourcesConfig ReadResources(ReadOnlySpan<byte> utf8) => Document(utf8, Resources);

    private static ResourcesConfig Resources(ref Utf8JsonReader json)
    {
        var resources = new ResourcesConfig();
        while (Member(ref json, out var name))
        {
            resources = name switch
            {
                "devices" => resources with { Devices = List(ref json, Rule) },
                "memory" => resources with { Memory = Nested(ref json, Memory) },
                "cpu" => resources with { Cpu = Nested(ref json, Cpu) },
                "pids" => resources with { Pids = Nested(ref json, Pids) },
                "blockIO" => resources with { BlockIO = Nested(ref json, Block) },
                "hugepageLimits" => resources with { HugepageLimits = List(ref json, Hugepages) },
                "network" => resources with { Network = Nested(ref json, Network) },
                "rdma" => resources with { Rdma = Map(ref json, Rdma) },
                "unified" => resources with { Unified = Map(ref json, TextItem) },
                _ => Skip(ref json, resources),
            };
        }

        return resources;
    }

    private static DeviceRule Rule(ref Utf8JsonReader json)
    {
        var (rule, given) = (new DeviceRule { Allow = false }, false);
        while (Member(ref json, out var name))
        {
            given |= name == "allow";
            rule = name switch
            {
                "allow" => rule with { Allow = Flag(ref json) },
                "type" => rule with { Type = Text(ref json) },
                "major" => rule with { Major = Number64(ref json) },
                "minor" => rule with { Minor = Number64(ref json) },
                "access" => rule with { Access = Text(ref json) },
                _ => Skip(ref json, rule),
            };
        }

        return given ? rule : throw Missing("resources.devices.allow");
    }

    private static MemoryLimits Memory(ref Utf8JsonReader json)
    {
        var memory = new MemoryLimits();
        while (Member(ref json, out var name))
        {
            memory = name switch
            {
                "limit" => memory with { Limit = Number64(ref json) },
                "reservation" => memory with { Reservation = Number64(ref json) },
                "swap" => memory with { Swap = Number64(ref json) },
                "kernel" => memory with { Kernel = Number64(ref json) },
                "kernelTCP" => memory with { KernelTCP = Number64(ref json) },
                "swappiness" => memory with { Swappiness = Natural64(ref json) },
                "disableOOMKiller" => memory with { DisableOOMKiller = OptionalFlag(ref json) },
                "useHierarchy" => memory with { UseHierarchy = OptionalFlag(ref json) },
                "checkBeforeUpdate" => memory with { CheckBeforeUpdate = OptionalFlag(ref json) },
                _ => Skip(ref json, memory),
            };
        }

        return memory;
    }

    private static ProcessorLimits Cpu(ref Utf8JsonReader json)
    {
        var cpu = new ProcessorLimits();
        while (Member(ref json, out var name))
        {
            cpu = name switch
            {
                "shares" => cpu with { Shares = Natural64(ref json) },
                "quota" => cpu with { Quota = Number64(ref json) },
                "burst" => cpu with { Burst = Natural64(ref json) },
                "period" => cpu with { Period = Natural64(ref json) },
                "realtimeRuntime" => cpu with { RealtimeRuntime = Number64(ref json) },
                "realtimePeriod" => cpu with { RealtimePeriod = Natural64(ref json) },
                "cpus" => cpu with { Cpus = Text(ref json) },
                "mems" => cpu with { Mems = Text(ref json) },
                "idle" => cpu with { Idle = Number64(ref json) },
                _ => Skip(ref json, cpu),
            };
        }

        return cpu;
    }

    private static PidsLimit Pids(ref Utf8JsonReader json)
    {
        var pids = new PidsLimit();
        while (Member(ref json, out var name))
        {
            pids = name == "limit" ? pids with { Limit = Number64(ref json) } : Skip(ref json, pids);
        }

        return pids;
    }

    private static BlockLimits Block(ref Utf8JsonReader json)
    {
        var block = new BlockLimits();
        while (Member(ref json, out var name))
        {
            block = name switch
            {
                "weight" => block with { Weight = Natural32(ref json) },
                "leafWeight" => block with { LeafWeight = Natural32(ref json) },
                "weightDevice" => block with { WeightDevice = List(ref json, Weight) },
                "throttleReadBpsDevice" => block with { ThrottleReadBpsDevice = List(ref json, Throttle) },
                "throttleWriteBpsDevice" => block with { ThrottleWriteBpsDevice = List(ref json, Throttle) },
                "throttleReadIOPSDevice" => block with { ThrottleReadIOPSDevice = List(ref json, Throttle) },
                "throttleWriteIOPSDevice" => block with { ThrottleWriteIOPSDevice = List(ref json, Throttle) },
                _ => Skip(ref json, block),
            };
        }

        return block;
    }

    private static WeightDevice Weight(ref Utf8JsonReader json)
    {
        long? major = null, minor = null;
        uint? weight = null, leaf = null;
        while (Member(ref json, out var name))
        {
            switch (name)
            {
                case "major":
                    major = Number64(ref json);
                    break;
                case "minor":
                    minor = Number64(ref json);
                    break;
                case "weight":
                    weight = Natural32(ref json);
                    break;
                case "leafWeight":
                    leaf = Natural32(ref json);
                    break;
                default:
                    Skip(ref json);
                    break;
            }
        }

        return new WeightDevice
        {
            Major = major ?? throw Missing("weightDevice.major"), Minor = minor ?? throw Missing("weightDevice.minor"),
            Weight = weight, LeafWeight = leaf,
        };
    }

    private static ThrottleDevice Throttle(ref Utf8JsonReader json)
    {
        long? major = null, minor = null;
        ulong? rate = null;
        while (Member(ref json, out var name))
        {
            switch (name)
            {
                case "major":
                    major = Number64(ref json);
                    break;
                case "minor":
                    minor = Number64(ref json);
                    break;
                case "rate":
                    rate = Natural64(ref json);
                    break;
                default:
                    Skip(ref json);
                    break;
            }
        }

        return new ThrottleDevice
        {
            Major = major ?? throw Missing("throttle device's major"), Minor = minor ?? throw Missing("throttle device's minor"),
            Rate = rate ?? throw Missing("throttle device's rate"),
        };
    }

    private static HugepageLimit Hugepages(ref Utf8JsonReader json)
    {
        string? size = null;
        ulong? limit = null;
        while (Member(ref json, out var name))
        {
            switch (name)
            {
                // Written this way too, for readers that take either.
                case "pageSize" or "pagesize":
                    size = Text(ref json);
                    break;
                case "limit":
                    limit = Natural64(ref json);
                    break;
                default:
                    Skip(ref json);
                    break;
            }
        }

        return new HugepageLimit { PageSize = size ?? throw Missing("hugepageLimits.pageSize"), Limit = limit ?? throw Missing("hugepageLimits.limit") };
    }

    private static NetworkLimits Network(ref Utf8JsonReader json)
    {
        var network = new NetworkLimits();
        while (Member(ref json, out var name))
        {
            network = name switch
            {
                "classID" => network with { ClassID = Natural32(ref json) },
                "priorities" => network with { Priorities = List(ref json, Priority) },
                _ => Skip(ref json, network),
            };
        }

        return network;
    }

    private static InterfacePriority Priority(ref Utf8JsonReader json)
    {
        string? interfaceName = null;
        uint? priority = null;
        while (Member(ref json, out var name))
        {
            switch (name)
            {
                case "name":
                    interfaceName = Text(ref json);
                    break;
                case "priority":
                    priority = Natural32(ref json);
                    break;
                default:
                    Skip(ref json);
                    break;
            }
        }

        return new InterfacePriority
        {
            Name = interfaceName ?? throw Missing("network.priorities.name"), Priority = priority ?? throw Missing("network.priorities.priority"),
        };
    }

    private static RdmaLimits Rdma(ref Utf8JsonReader json)
    {
        var limits = new RdmaLimits();
        while (Member(ref json, out var name))
        {
            limits = name switch
            {
                "hcaHandles" => limits with { HcaHandles = Natural32(ref json) },
                "hcaObjects" => limits with { HcaObjects = Natural32(ref json) },
                _ => Skip(ref json, limits),
            };
        }

        return limits;
    }
}
