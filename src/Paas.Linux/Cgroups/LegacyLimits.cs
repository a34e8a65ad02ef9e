namespace Paas.Linux.Cgroups;

/// <summary>Limits as cgroup v1 takes them.</summary>
internal static class LegacyLimits
{
    public static void Apply(ControlGroup group, CgroupLimits limits)
    {
        if (Directory("memory") is { } memory) ApplyMemory(memory, limits);
        if (Directory("cpu") is { } cpu) ApplyCpu(cpu, limits);
        if (Directory("pids") is { } pids && limits.Pids is { } count)
        {
            Files.WriteKernelFile(pids + "/pids.max", count > 0 ? $"{count}" : "max");
        }

        if (Directory("cpuset") is { } cpuset)
        {
            if (limits.Cpus is { Length: > 0 } cpus) Files.WriteKernelFile(cpuset + "/cpuset.cpus", cpus);
            if (limits.MemoryNodes is { Length: > 0 } nodes) Files.WriteKernelFile(cpuset + "/cpuset.mems", nodes);
        }

        if (Directory("devices") is { } devices && limits.Devices is { } rules) ApplyDevices(devices, rules);

        string? Directory(string controller) => group.LegacyDirectories.GetValueOrDefault(controller);
    }

    private static void ApplyMemory(string directory, CgroupLimits limits)
    {
        if (limits.Memory is { } memory) Files.WriteKernelFile(directory + "/memory.limit_in_bytes", $"{memory}");
        if (limits.MemoryReservation is { } low) Files.WriteKernelFile(directory + "/memory.soft_limit_in_bytes", $"{low}");
        // Without swap accounting the file is missing and there is nothing to limit.
        var swap = directory + "/memory.memsw.limit_in_bytes";
        if (limits.MemoryAndSwap is { } both && File.Exists(swap)) Files.WriteKernelFile(swap, $"{both}");
    }

    private static void ApplyCpu(string directory, CgroupLimits limits)
    {
        if (limits.CpuShares is > 0 and { } shares) Files.WriteKernelFile(directory + "/cpu.shares", $"{shares}");
        if (limits.CpuPeriod is > 0 and { } period) Files.WriteKernelFile(directory + "/cpu.cfs_period_us", $"{period}");
        if (limits.CpuQuota is { } quota and not 0) Files.WriteKernelFile(directory + "/cpu.cfs_quota_us", $"{quota}");
    }

    private static void ApplyDevices(string directory, IReadOnlyList<DeviceAccess> rules)
    {
        Files.WriteKernelFile(directory + "/devices.deny", "a");
        foreach (var rule in rules)
        {
            var (major, minor) = (rule.Major?.ToString() ?? "*", rule.Minor?.ToString() ?? "*");
            // "a" with anything behind it is refused: it always means everything.
            var text = rule.Type == 'a' ? "a" : $"{rule.Type} {major}:{minor} {rule.Access}";
            Files.WriteKernelFile(directory + (rule.Allow ? "/devices.allow" : "/devices.deny"), text);
        }
    }

    /// <summary>A new cpuset group has no processors and no memory until someone writes them: as above it.</summary>
    public static void InheritCpuset(string mount, string path)
    {
        var parent = mount;
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var directory = Path.Combine(parent, part);
            foreach (var file in (ReadOnlySpan<string>)["cpuset.cpus", "cpuset.mems"])
            {
                if (File.ReadAllText(Path.Combine(directory, file)).Trim().Length > 0) continue;
                Files.WriteKernelFile(Path.Combine(directory, file), File.ReadAllText(Path.Combine(parent, file)).Trim());
            }

            parent = directory;
        }
    }
}
