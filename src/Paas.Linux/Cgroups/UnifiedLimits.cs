namespace Paas.Linux.Cgroups;

/// <summary>Limits as cgroup v2 takes them. A controller that a v1 hierarchy has is not here.</summary>
internal static class UnifiedLimits
{
    private static readonly string[] Controllers = ["cpu", "memory", "pids", "io", "cpuset"];

    public static void Apply(ControlGroup group, CgroupLimits limits)
    {
        if (group.UnifiedDirectory is not { } directory) return;
        var elsewhere = group.Hierarchies.Legacy;
        if (!elsewhere.ContainsKey("memory")) ApplyMemory(directory, limits);
        if (!elsewhere.ContainsKey("cpu")) ApplyCpu(directory, limits);
        if (!elsewhere.ContainsKey("pids") && limits.Pids is { } pids)
        {
            Files.WriteKernelFile(directory + "/pids.max", pids > 0 ? $"{pids}" : "max");
        }

        if (!elsewhere.ContainsKey("cpuset"))
        {
            if (limits.Cpus is { Length: > 0 } cpus) Files.WriteKernelFile(directory + "/cpuset.cpus", cpus);
            if (limits.MemoryNodes is { Length: > 0 } nodes) Files.WriteKernelFile(directory + "/cpuset.mems", nodes);
        }

        if (!elsewhere.ContainsKey("devices") && limits.Devices is { } devices) DeviceFilter.Attach(directory, devices);
        foreach (var (file, content) in limits.UnifiedFiles ?? new Dictionary<string, string>())
        {
            if (file.Contains('/')) throw new ArgumentException($"not the name of a control group's file: {file}");
            Files.WriteKernelFile(Path.Combine(directory, file), content);
        }
    }

    private static void ApplyMemory(string directory, CgroupLimits limits)
    {
        if (limits.Memory is { } memory and not 0) Files.WriteKernelFile(directory + "/memory.max", Bytes(memory));
        if (limits.MemoryReservation is { } low and not 0) Files.WriteKernelFile(directory + "/memory.low", Bytes(low));
        if (limits.MemoryAndSwap is not { } both || both == 0) return;
        // v2 counts swap by itself. Without swap in the kernel the file is missing and there is nothing to limit.
        var file = directory + "/memory.swap.max";
        if (!File.Exists(file)) return;
        Files.WriteKernelFile(file, both < 0 || limits.Memory is not > 0 ? "max" : Bytes(Math.Max(0, both - limits.Memory.Value)));
    }

    private static void ApplyCpu(string directory, CgroupLimits limits)
    {
        if (limits.CpuShares is > 0 and { } shares) Files.WriteKernelFile(directory + "/cpu.weight", $"{Weight(shares)}");
        if (limits.CpuQuota is null && limits.CpuPeriod is null) return;
        var quota = limits.CpuQuota is > 0 and { } microseconds ? $"{microseconds}" : "max";
        Files.WriteKernelFile(directory + "/cpu.max", $"{quota} {limits.CpuPeriod ?? 100_000}");
    }

    /// <summary>v1's shares (2 to 262144) on v2's scale (1 to 10000).</summary>
    internal static ulong Weight(ulong shares) => 1 + ((Math.Clamp(shares, 2, 262144) - 2) * 9999 / 262142);

    private static string Bytes(long value) => value < 0 ? "max" : $"{value}";

    /// <summary>
    /// Makes the groups above a path and passes their controllers down. A controller that cannot be passed on is left out here
    /// and missed only if a limit needs it.
    /// </summary>
    public static void EnableControllers(string mount, string path)
    {
        var directory = mount;
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var file = directory + "/cgroup.subtree_control";
            var enabled = File.ReadAllText(file).Split(' ', '\n');
            foreach (var controller in File.ReadAllText(directory + "/cgroup.controllers").Trim().Split(' '))
            {
                if (enabled.Contains(controller) || !Controllers.Contains(controller)) continue;
                try
                {
                    Files.WriteKernelFile(file, "+" + controller);
                }
                catch (LinuxException e) when (e.Errno is Errno.EBUSY or Errno.EINVAL or Errno.ENOENT or Errno.EOPNOTSUPP)
                {
                    // A group with processes of its own, or a controller in use elsewhere.
                }
            }

            directory = Path.Combine(directory, part);
            Directory.CreateDirectory(directory);
        }
    }
}
