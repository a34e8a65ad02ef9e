using System.Globalization;

namespace Paas.Linux.Cgroups;

/// <summary>Statistics as cgroup v2 has them.</summary>
internal static class UnifiedStatistics
{
    private const ulong NanosecondsPerMicrosecond = 1000;

    public static CgroupStatistics Read(string directory) => new()
    {
        Processor = Processor(directory),
        Memory = Memory(directory),
        Pids = GroupFile.Number($"{directory}/pids.current") ?? 0,
        PidsLimit = GroupFile.Number($"{directory}/pids.max") is { } most && most != ulong.MaxValue ? most : 0,
        Block = Block(directory),
        HugePages = HugePages(directory),
    };

    /// <summary>Huge pages; here for hybrid machines too.</summary>
    public static List<(string PageSize, ResourceUse Use)> HugePages(string directory)
    {
        var pages = new List<(string, ResourceUse)>();
        foreach (var size in HugePageSizes())
        {
            if (GroupFile.Number($"{directory}/hugetlb.{size}.current") is not { } usage) continue;
            pages.Add((size, new ResourceUse(usage, 0, GroupFile.Field($"{directory}/hugetlb.{size}.events", "max") ?? 0, 0)));
        }

        return pages;
    }

    /// <summary>Sizes of huge pages as the files of control groups spell them.</summary>
    public static IEnumerable<string> HugePageSizes()
    {
        const string Sizes = "/sys/kernel/mm/hugepages";
        if (!Directory.Exists(Sizes)) yield break;
        foreach (var path in Directory.EnumerateDirectories(Sizes))
        {
            // hugepages-2048kB
            var name = Path.GetFileName(path);
            if (!ulong.TryParse(name["hugepages-".Length..^"kB".Length], NumberStyles.None, CultureInfo.InvariantCulture, out var size))
            {
                continue;
            }

            var unit = 0;
            for (; size >= 1024 && unit < 2; unit++) size /= 1024;
            yield return size + ((string[])["KB", "MB", "GB"])[unit];
        }
    }

    private static ProcessorStatistics Processor(string directory)
    {
        var fields = GroupFile.Fields($"{directory}/cpu.stat").ToDictionary();
        return new ProcessorStatistics
        {
            Total = Time("usage_usec"),
            Kernel = Time("system_usec"),
            User = Time("user_usec"),
            Periods = fields.GetValueOrDefault("nr_periods"),
            ThrottledPeriods = fields.GetValueOrDefault("nr_throttled"),
            ThrottledTime = Time("throttled_usec"),
            Pressure = Pressure($"{directory}/cpu.pressure"),
        };

        ulong Time(string name) => fields.GetValueOrDefault(name) * NanosecondsPerMicrosecond;
    }

    private static MemoryStatistics Memory(string directory)
    {
        var raw = GroupFile.Fields($"{directory}/memory.stat").ToList();
        var usage = Use($"{directory}/memory");
        var swap = Use($"{directory}/memory.swap");
        return new MemoryStatistics
        {
            Raw = raw,
            Cache = raw.Find(field => field.Name == "file").Value,
            Usage = usage,
            // Swap alone here; both together is what v1 counts and what readers expect. Their peaks cannot be added.
            Swap = swap with
            {
                Usage = swap.Usage + usage.Usage,
                Limit = swap.Limit == ulong.MaxValue || usage.Limit == ulong.MaxValue ? ulong.MaxValue : swap.Limit + usage.Limit,
                Peak = 0,
            },
            Pressure = Pressure($"{directory}/memory.pressure"),
        };

        static ResourceUse Use(string prefix) => new(
            GroupFile.Number(prefix + ".current") ?? 0, GroupFile.Number(prefix + ".peak") ?? 0,
            GroupFile.Field(prefix + ".events", "max") ?? 0, GroupFile.Number(prefix + ".max") ?? 0);
    }

    private static BlockStatistics Block(string directory)
    {
        var (bytes, operations) = (new List<BlockEntry>(), new List<BlockEntry>());
        foreach (var line in (GroupFile.TryRead($"{directory}/io.stat") ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            // 8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words[0].Split(':') is not [var majorText, var minorText]) continue;
            if (!ulong.TryParse(majorText, out var major) || !ulong.TryParse(minorText, out var minor)) continue;
            foreach (var word in words.AsSpan(1))
            {
                if (word.Split('=') is not [var key, var valueText] || GroupFile.Parse(valueText) is not { } value) continue;
                var (list, operation) = key switch
                {
                    "rbytes" => (bytes, "Read"),
                    "wbytes" => (bytes, "Write"),
                    "rios" => (operations, "Read"),
                    "wios" => (operations, "Write"),
                    _ => (null, ""),
                };
                list?.Add(new BlockEntry(major, minor, operation, value));
            }
        }

        return new BlockStatistics { ServiceBytes = bytes, Serviced = operations, Pressure = Pressure($"{directory}/io.pressure") };
    }

    private static PressureStatistics? Pressure(string file)
    {
        // some avg10=0.00 avg60=0.00 avg300=0.00 total=0
        if (GroupFile.TryRead(file) is not { Length: > 0 } text) return null;
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ')).ToDictionary(words => words[0], Line);
        return new PressureStatistics(lines.GetValueOrDefault("some"), lines.GetValueOrDefault("full"));

        static Pressure Line(string[] words)
        {
            var values = words.Skip(1).Select(word => word.Split('=', 2)).Where(pair => pair.Length == 2)
                .ToDictionary(pair => pair[0], pair => pair[1]);
            var total = GroupFile.Parse(values.GetValueOrDefault("total")) ?? 0;
            return new Pressure(Average("avg10"), Average("avg60"), Average("avg300"), total);

            double Average(string name) =>
                double.TryParse(values.GetValueOrDefault(name), CultureInfo.InvariantCulture, out var percent) ? percent : 0;
        }
    }
}
