using System.Text.Json;

namespace Paas.Oci.Runtime;

/// <content>The <c>linux.resources</c> member.</content>
public static partial class RuntimeConfigReader
{
    /// <summary>Reads limits alone, as <c>update --resources</c> takes them.</summary>
    /// <inheritdoc cref="ReadConfig"/>
    public static ResourcesConfig ReadResources(ReadOnlySpan<byte> utf8) => Read(utf8, Resources);

    private static ResourcesConfig Resources(ref Utf8JsonReader json)
    {
        var resources = new ResourcesConfig();
        while (Member(ref json, out var name))
        {
            resources = name switch
            {
                "devices" => resources with { Devices = List(ref json, Rule) },
                "memory" => resources with { Memory = Object(ref json, Memory) },
                "cpu" => resources with { Cpu = Object(ref json, Cpu) },
                "pids" => resources with { Pids = Object(ref json, Pids) },
                "blockIO" => resources with { BlockIO = Object(ref json, Block) },
                "hugepageLimits" => resources with { HugepageLimits = List(ref json, Hugepages) },
                "network" => resources with { Network = Object(ref json, Network) },
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
                "major" => rule with { Major = Signed(ref json) },
                "minor" => rule with { Minor = Signed(ref json) },
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
                "limit" => memory with { Limit = Signed(ref json) },
                "reservation" => memory with { Reservation = Signed(ref json) },
                "swap" => memory with { Swap = Signed(ref json) },
                "kernel" => memory with { Kernel = Signed(ref json) },
                "kernelTCP" => memory with { KernelTCP = Signed(ref json) },
                "swappiness" => memory with { Swappiness = Unsigned(ref json) },
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
                "shares" => cpu with { Shares = Unsigned(ref json) },
                "quota" => cpu with { Quota = Signed(ref json) },
                "burst" => cpu with { Burst = Unsigned(ref json) },
                "period" => cpu with { Period = Unsigned(ref json) },
                "realtimeRuntime" => cpu with { RealtimeRuntime = Signed(ref json) },
                "realtimePeriod" => cpu with { RealtimePeriod = Unsigned(ref json) },
                "cpus" => cpu with { Cpus = Text(ref json) },
                "mems" => cpu with { Mems = Text(ref json) },
                "idle" => cpu with { Idle = Signed(ref json) },
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
            pids = name == "limit" ? pids with { Limit = Signed(ref json) } : Skip(ref json, pids);
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
                "weight" => block with { Weight = Unsigned32(ref json) },
                "leafWeight" => block with { LeafWeight = Unsigned32(ref json) },
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
                    major = Signed(ref json);
                    break;
                case "minor":
                    minor = Signed(ref json);
                    break;
                case "weight":
                    weight = Unsigned32(ref json);
                    break;
                case "leafWeight":
                    leaf = Unsigned32(ref json);
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
                    major = Signed(ref json);
                    break;
                case "minor":
                    minor = Signed(ref json);
                    break;
                case "rate":
                    rate = Unsigned(ref json);
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
                    limit = Unsigned(ref json);
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
                "classID" => network with { ClassID = Unsigned32(ref json) },
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
                    priority = Unsigned32(ref json);
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
                "hcaHandles" => limits with { HcaHandles = Unsigned32(ref json) },
                "hcaObjects" => limits with { HcaObjects = Unsigned32(ref json) },
                _ => Skip(ref json, limits),
            };
        }

        return limits;
    }
}
