using Paas.Linux;
using Paas.Oci.Runtime;

namespace Paas.Runtime.Containers;

/// <summary>What holds where config.json leaves it open.</summary>
internal static class ConfigDefaults
{
    /// <summary>
    /// The document with its gaps filled: a new user namespace without mappings has one user and one group, root, which are the
    /// caller's on the host.
    /// </summary>
    public static RuntimeConfig Complete(RuntimeConfig config)
    {
        if (config.Linux is not { } linux || linux.UidMappings is { Count: > 0 } && linux.GidMappings is { Count: > 0 }) return config;
        if (linux.Namespaces?.Any(item => item.Type == "user" && string.IsNullOrEmpty(item.Path)) != true) return config;
        var (user, group) = Processes.Identity();
        return config with
        {
            Linux = linux with
            {
                UidMappings = linux.UidMappings is { Count: > 0 } uids ? uids : [Root(user)],
                GidMappings = linux.GidMappings is { Count: > 0 } gids ? gids : [Root(group)],
            },
        };
    }

    private static IdMapping Root(uint id) => new() { ContainerID = 0, HostID = id, Size = 1 };
}
