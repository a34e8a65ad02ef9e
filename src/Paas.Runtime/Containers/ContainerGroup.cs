using Paas.Linux.Cgroups;
using Paas.Linux.DBus;
using Paas.Oci.Runtime;
using Paas.Runtime.CommandLine;

namespace Paas.Runtime.Containers;

/// <summary>Which control group config.json wants for its container (config-linux.md, Cgroups Path).</summary>
internal static class ContainerGroup
{
    private const string PropertyPrefix = "org.systemd.property.";

    private const string DefaultPrefix = "paas";

    public static ControlGroup Of(ContainerSpec spec, CgroupLimits limits)
    {
        var configured = spec.Config.Linux?.CgroupsPath;
        switch (spec.CgroupManager)
        {
            case CgroupManager.Disabled:
                return ControlGroup.None;
            case CgroupManager.Systemd:
                var unit = Unit(configured, spec.Id, spec.Config.Annotations);
                return ControlGroup.At(unit.Path, limits.Processor.HasSet, unit);
            default:
                var group = ControlGroup.At(PathOf(configured, spec.Id), limits.Processor.HasSet);
                return spec.Rootless && !group.MayBeMade() ? Without(spec.Config.Linux?.Resources) : group;
        }
    }

    // Limits are promises that cannot be kept then. runc's words.
    private static ControlGroup Without(ResourcesConfig? resources)
    {
        var promised = resources?.Memory?.Limit is > 0 ? "memory" : resources?.Cpu?.Quota is > 0 ? "cpu" : resources?.Pids?.Limit is > 0 ? "pids" : null;
        return promised is null ? ControlGroup.None : throw new RuntimeException($"cannot set {promised} limit: container could not join or create cgroup");
    }

    /// <summary>
    /// The path of a container's group: as configured; relative to the runtime's own place when it is relative, or the container's
    /// id there when nothing is configured.
    /// </summary>
    public static string PathOf(string? configured, string id)
    {
        if (string.IsNullOrEmpty(configured)) configured = id;
        // As systemd's driver spells it.
        else if (configured.Split(':') is [var slice, var prefix, var name]) configured = $"/{slice}/{prefix}-{name}.scope";
        if (!configured.StartsWith('/')) configured = CgroupHierarchies.Current.RelativeBase() + "/" + configured;
        return TargetSteps.Clean(configured) is { Length: > 1 } path ? path : throw new RuntimeException("cgroupsPath must not be the root");
    }

    /// <summary>The unit of a container whose group systemd makes; <c>slice:prefix:name</c> is how it is configured.</summary>
    public static SystemdUnit Unit(string? configured, string id, IReadOnlyDictionary<string, string>? annotations)
    {
        var parts = string.IsNullOrEmpty(configured) ? ["", DefaultPrefix, id] : configured.Split(':');
        if (parts is not [var slice, var prefix, { Length: > 0 } name])
        {
            throw new RuntimeException(
                $"expected cgroupsPath to be of format \"slice:prefix:name\" for systemd cgroups, got \"{configured}\" instead");
        }

        var full = (prefix.Length > 0 ? $"{prefix}-{name}" : name) + ".scope";
        if (full.Contains('/')) throw new RuntimeException($"not the name of a systemd unit: {full}");
        var properties = (annotations ?? new Dictionary<string, string>()).Where(IsProperty).Select(Property);
        return new SystemdUnit(full, slice.Length > 0 ? slice : "system.slice", $"container {id}", [.. properties]);
    }

    /// <summary>
    /// Who is to own the group on the host: the container's user, where it has a user namespace, sees only its own groups and may
    /// write to them. Null otherwise.
    /// </summary>
    public static uint? OwnerOf(RuntimeConfig config)
    {
        if (!Makes(config, "user") || !Makes(config, "cgroup")) return null;
        if (config.Mounts?.Any(mount => mount.Type is "cgroup" or "cgroup2" && mount.Options?.Contains("ro") != true) != true) return null;
        var uid = config.Process?.User?.Uid ?? 0;
        foreach (var range in config.Linux?.UidMappings ?? [])
        {
            if (uid >= range.ContainerID && uid - range.ContainerID < range.Size) return range.HostID + (uid - range.ContainerID);
        }

        return null;
    }

    private static bool Makes(RuntimeConfig config, string type)
    {
        foreach (var item in config.Linux?.Namespaces ?? [])
        {
            if (item.Type == type && string.IsNullOrEmpty(item.Path)) return true;
        }

        return false;
    }

    private static bool IsProperty(KeyValuePair<string, string> annotation) =>
        annotation.Key.StartsWith(PropertyPrefix, StringComparison.Ordinal);

    private static SystemdProperty Property(KeyValuePair<string, string> annotation)
    {
        var name = annotation.Key[PropertyPrefix.Length..];
        if (name.Length < 3 || !name.All(char.IsAsciiLetter))
        {
            throw new RuntimeException($"annotation {annotation.Key}: not the name of a systemd property");
        }

        try
        {
            // Times have names in Sec for people, in USec on the bus.
            return name.EndsWith("Sec", StringComparison.Ordinal) && !name.EndsWith("USec", StringComparison.Ordinal)
                ? new SystemdProperty(name[..^"Sec".Length] + "USec", DBusText.ParseSeconds(annotation.Value))
                : new SystemdProperty(name, DBusText.Parse(annotation.Value));
        }
        catch (FormatException e)
        {
            throw new RuntimeException($"annotation {annotation.Key}={annotation.Value}: {e.Message}", e);
        }
    }
}
