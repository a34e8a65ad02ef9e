namespace Paas.Linux.Cgroups;

/// <summary>Block devices as the io controller of v2 takes them.</summary>
internal static class UnifiedBlockLimits
{
    public static void Apply(string directory, BlockLimits limits)
    {
        if (limits.Weight is > 0 || limits.Weights.Count > 0) ApplyWeights(directory, limits);
        foreach (var device in limits.Rates)
        {
            var rate = device.PerSecond == 0 ? "max" : $"{device.PerSecond}";
            GroupFile.Write(directory, "io.max", $"{device.Major}:{device.Minor} {KeyOf(device.Kind)}={rate}");
        }
    }

    /// <summary>v1's weight of block devices (10 to 1000) on v2's scale (1 to 10000).</summary>
    internal static ulong Weight(uint weight) => 1 + (((ulong)Math.Clamp(weight, 10, 1000) - 10) * 9999 / 990);

    // The BFQ scheduler has weights of its own, on v1's scale, and those of devices; the general ones are another scheduler's.
    private static void ApplyWeights(string directory, BlockLimits limits)
    {
        var bfq = File.Exists($"{directory}/io.bfq.weight");
        if (limits.Weight is > 0 and { } weight)
        {
            if (bfq) GroupFile.Write(directory, "io.bfq.weight", $"{weight}");
            else GroupFile.Write(directory, "io.weight", $"{Weight(weight)}");
        }

        foreach (var device in limits.Weights)
        {
            if (device.Weight is not (> 0 and { } own)) continue;
            GroupFile.Write(directory, bfq ? "io.bfq.weight" : "io.weight", $"{device.Major}:{device.Minor} {(bfq ? own : Weight(own))}");
        }
    }

    private static string KeyOf(RateKind kind) => kind switch
    {
        RateKind.ReadBytes => "rbps",
        RateKind.WriteBytes => "wbps",
        RateKind.Reads => "riops",
        _ => "wiops",
    };
}
