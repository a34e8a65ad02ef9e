namespace Paas.Linux.Cgroups;

/// <summary>Block devices as the blkio controller of v1 takes them.</summary>
internal static class LegacyBlockLimits
{
    public static void Apply(ControlGroup group, BlockLimits limits)
    {
        if (limits is { Weight: null, LeafWeight: null, Weights.Count: 0, Rates.Count: 0 }) return;
        var directory = LegacyLimits.DirectoryOf(group, "blkio");
        // The weights are those of the CFQ scheduler, or since it is gone of its successor BFQ.
        var prefix = File.Exists($"{directory}/blkio.weight") ? "blkio" : "blkio.bfq";
        if (limits.Weight is > 0 and { } weight) GroupFile.Write(directory, prefix + ".weight", $"{weight}");
        if (limits.LeafWeight is > 0 and { } leaf) GroupFile.Write(directory, "blkio.leaf_weight", $"{leaf}");
        foreach (var device in limits.Weights)
        {
            if (device.Weight is > 0)
            {
                GroupFile.Write(directory, prefix + ".weight_device", $"{device.Major}:{device.Minor} {device.Weight}");
            }

            if (device.LeafWeight is > 0)
            {
                GroupFile.Write(directory, "blkio.leaf_weight_device", $"{device.Major}:{device.Minor} {device.LeafWeight}");
            }
        }

        foreach (var device in limits.Rates)
        {
            GroupFile.Write(directory, FileOf(device.Kind), $"{device.Major}:{device.Minor} {device.PerSecond}");
        }
    }

    private static string FileOf(RateKind kind) => kind switch
    {
        RateKind.ReadBytes => "blkio.throttle.read_bps_device",
        RateKind.WriteBytes => "blkio.throttle.write_bps_device",
        RateKind.Reads => "blkio.throttle.read_iops_device",
        _ => "blkio.throttle.write_iops_device",
    };
}
