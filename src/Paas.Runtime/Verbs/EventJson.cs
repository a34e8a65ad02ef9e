using System.Text.Json;
using Paas.Linux.Cgroups;
using Paas.Runtime.CommandLine;
using Paas.Runtime.State;

namespace Paas.Runtime.Verbs;

/// <summary>Events as runc writes them: one object a line; zeros are mostly left out.</summary>
internal static class EventJson
{
    public static byte[] Statistics(KnownContainer container)
    {
        var statistics = CgroupStatistics.Of(container.Group);
        var interfaces = NetworkCounters.Of(container.Record.Pid);
        return Line(container.Record.Id, "stats", json =>
        {
            json.WriteStartObject("data");
            Write(json, statistics.Processor);
            Write(json, statistics.Cpuset);
            Write(json, statistics.Memory);
            json.WriteStartObject("pids");
            NonZero(json, "current", statistics.Pids);
            NonZero(json, "limit", statistics.PidsLimit);
            json.WriteEndObject();
            Write(json, statistics.Block);
            json.WriteStartObject("hugetlb");
            foreach (var (size, use) in statistics.HugePages) WriteUse(json, size, use, withLimit: false);
            json.WriteEndObject();
            json.WriteStartObject("intel_rdt");
            json.WriteEndObject();
            Write(json, interfaces);
            json.WriteEndObject();
        });
    }

    public static byte[] OutOfMemory(string id) => Line(id, "oom", _ => { });

    private static byte[] Line(string id, string type, Action<Utf8JsonWriter> data) => JsonText.Line(json =>
    {
        json.WriteString("type", type);
        json.WriteString("id", id);
        data(json);
    });

    private static void Write(Utf8JsonWriter json, ProcessorStatistics processor)
    {
        json.WriteStartObject("cpu");
        json.WriteStartObject("usage");
        NonZero(json, "total", processor.Total);
        Numbers(json, "percpu", processor.PerProcessor);
        Numbers(json, "percpu_kernel", processor.KernelPerProcessor);
        Numbers(json, "percpu_user", processor.UserPerProcessor);
        json.WriteNumber("kernel", processor.Kernel);
        json.WriteNumber("user", processor.User);
        json.WriteEndObject();
        json.WriteStartObject("throttling");
        NonZero(json, "periods", processor.Periods);
        NonZero(json, "throttledPeriods", processor.ThrottledPeriods);
        NonZero(json, "throttledTime", processor.ThrottledTime);
        json.WriteEndObject();
        Write(json, processor.Pressure);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, CpusetStatistics cpuset)
    {
        json.WriteStartObject("cpuset");
        Numbers(json, "cpus", cpuset.Cpus);
        json.WriteNumber("cpu_exclusive", cpuset.Switches.GetValueOrDefault("cpu_exclusive"));
        Numbers(json, "mems", cpuset.Nodes);
        foreach (var name in (ReadOnlySpan<string>)
        [
            "mem_hardwall", "mem_exclusive", "memory_migrate", "memory_spread_page", "memory_spread_slab", "memory_pressure", "sched_load_balance",
            "sched_relax_domain_level",
        ])
        {
            json.WriteNumber(name, cpuset.Switches.GetValueOrDefault(name));
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, MemoryStatistics memory)
    {
        json.WriteStartObject("memory");
        NonZero(json, "cache", memory.Cache);
        WriteUse(json, "usage", memory.Usage);
        WriteUse(json, "swap", memory.Swap);
        WriteUse(json, "kernel", memory.Kernel);
        WriteUse(json, "kernelTCP", memory.KernelTcp);
        if (memory.Raw.Count > 0)
        {
            json.WriteStartObject("raw");
            foreach (var (name, value) in memory.Raw.OrderBy(field => field.Name, StringComparer.Ordinal)) json.WriteNumber(name, value);
            json.WriteEndObject();
        }

        Write(json, memory.Pressure);
        json.WriteEndObject();
    }

    private static void WriteUse(Utf8JsonWriter json, string name, ResourceUse use, bool withLimit = true)
    {
        json.WriteStartObject(name);
        if (withLimit) json.WriteNumber("limit", use.Limit);
        NonZero(json, "usage", use.Usage);
        NonZero(json, "max", use.Peak);
        json.WriteNumber("failcnt", use.Failures);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, BlockStatistics block)
    {
        json.WriteStartObject("blkio");
        Entries(json, "ioServiceBytesRecursive", block.ServiceBytes);
        Entries(json, "ioServicedRecursive", block.Serviced);
        Entries(json, "ioQueueRecursive", block.Queued);
        Entries(json, "ioServiceTimeRecursive", block.ServiceTime);
        Entries(json, "ioWaitTimeRecursive", block.WaitTime);
        Entries(json, "ioMergedRecursive", block.Merged);
        Entries(json, "ioTimeRecursive", block.Time);
        Entries(json, "sectorsRecursive", block.Sectors);
        Write(json, block.Pressure);
        json.WriteEndObject();
    }

    private static void Entries(Utf8JsonWriter json, string name, IReadOnlyList<BlockEntry> entries)
    {
        if (entries.Count == 0) return;
        json.WriteStartArray(name);
        foreach (var entry in entries)
        {
            json.WriteStartObject();
            NonZero(json, "major", entry.Major);
            NonZero(json, "minor", entry.Minor);
            if (entry.Operation.Length > 0) json.WriteString("op", entry.Operation);
            NonZero(json, "value", entry.Value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, IReadOnlyList<NetworkCounters> interfaces)
    {
        json.WriteStartArray("network_interfaces");
        foreach (var counters in interfaces)
        {
            json.WriteStartObject();
            json.WriteString("Name", counters.Name);
            json.WriteNumber("RxBytes", counters.ReceivedBytes);
            json.WriteNumber("RxPackets", counters.ReceivedPackets);
            json.WriteNumber("RxErrors", counters.ReceiveErrors);
            json.WriteNumber("RxDropped", counters.ReceiveDropped);
            json.WriteNumber("TxBytes", counters.SentBytes);
            json.WriteNumber("TxPackets", counters.SentPackets);
            json.WriteNumber("TxErrors", counters.SendErrors);
            json.WriteNumber("TxDropped", counters.SendDropped);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, PressureStatistics? pressure)
    {
        if (pressure is null) return;
        json.WriteStartObject("psi");
        foreach (var (name, part) in (ReadOnlySpan<(string, Pressure)>)[("some", pressure.Some), ("full", pressure.Full)])
        {
            json.WriteStartObject(name);
            json.WriteNumber("avg10", part.Average10);
            json.WriteNumber("avg60", part.Average60);
            json.WriteNumber("avg300", part.Average300);
            json.WriteNumber("total", part.Total);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void NonZero(Utf8JsonWriter json, string name, ulong value)
    {
        if (value != 0) json.WriteNumber(name, value);
    }

    private static void Numbers(Utf8JsonWriter json, string name, IReadOnlyList<ulong> numbers)
    {
        if (numbers.Count == 0) return;
        json.WriteStartArray(name);
        foreach (var number in numbers) json.WriteNumberValue(number);
        json.WriteEndArray();
    }

    private static void Numbers(Utf8JsonWriter json, string name, IReadOnlyList<ushort> numbers) =>
        Numbers(json, name, [.. numbers.Select(number => (ulong)number)]);
}
