using System.Text.Json;
using static Paas.Oci.JsonValues;

namespace Paas.Oci.Runtime;

/// <content>How the kernel treats a process beside its limits.</content>
public static partial class RuntimeConfigReader
{
    private static SchedulerConfig Scheduler(ref Utf8JsonReader json)
    {
        var scheduler = new SchedulerConfig { Policy = "" };
        while (Member(ref json, out var name))
        {
            scheduler = name switch
            {
                "policy" => scheduler with { Policy = Text(ref json) ?? "" },
                "nice" => scheduler with { Nice = Number32(ref json) },
                "priority" => scheduler with { Priority = Number32(ref json) },
                "flags" => scheduler with { Flags = List(ref json, TextItem) },
                "runtime" => scheduler with { Runtime = Natural64(ref json) },
                "deadline" => scheduler with { Deadline = Natural64(ref json) },
                "period" => scheduler with { Period = Natural64(ref json) },
                _ => Skip(ref json, scheduler),
            };
        }

        return scheduler.Policy.Length > 0 ? scheduler : throw Missing("process.scheduler.policy");
    }

    private static IoPriorityConfig IoPriority(ref Utf8JsonReader json)
    {
        var priority = new IoPriorityConfig { Class = "" };
        while (Member(ref json, out var name))
        {
            priority = name switch
            {
                "class" => priority with { Class = Text(ref json) ?? "" },
                "priority" => priority with { Priority = Number32(ref json) ?? 0 },
                _ => Skip(ref json, priority),
            };
        }

        return priority.Class.Length > 0 ? priority : throw Missing("process.ioPriority.class");
    }

    private static ExecCpuAffinity Affinity(ref Utf8JsonReader json)
    {
        var affinity = new ExecCpuAffinity();
        while (Member(ref json, out var name))
        {
            affinity = name switch
            {
                "initial" => affinity with { Initial = Text(ref json) },
                "final" => affinity with { Final = Text(ref json) },
                _ => Skip(ref json, affinity),
            };
        }

        return affinity;
    }

    private static PersonalityConfig Personality(ref Utf8JsonReader json)
    {
        var personality = new PersonalityConfig { Domain = "" };
        while (Member(ref json, out var name))
        {
            personality = name switch
            {
                "domain" => personality with { Domain = Text(ref json) ?? "" },
                "flags" => personality with { Flags = List(ref json, TextItem) },
                _ => Skip(ref json, personality),
            };
        }

        return personality.Domain.Length > 0 ? personality : throw Missing("linux.personality.domain");
    }

    private static MemoryPolicyConfig MemoryPolicy(ref Utf8JsonReader json)
    {
        var policy = new MemoryPolicyConfig();
        while (Member(ref json, out var name))
        {
            policy = name switch
            {
                "mode" => policy with { Mode = Text(ref json) },
                "nodes" => policy with { Nodes = Text(ref json) },
                "flags" => policy with { Flags = List(ref json, TextItem) },
                _ => Skip(ref json, policy),
            };
        }

        return policy;
    }

    private static IntelRdtConfig IntelRdt(ref Utf8JsonReader json)
    {
        var rdt = new IntelRdtConfig();
        while (Member(ref json, out var name))
        {
            rdt = name == "closID" ? rdt with { ClosID = Text(ref json) } : Skip(ref json, rdt);
        }

        return rdt;
    }
}
