using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Paas.Linux;
using static Paas.Linux.Native;

namespace Paas.Runtime.State;

/// <summary>
/// The root of a container without a mount namespace of its own, which is mounted over its directory on the host, and with it all
/// that is mounted below.
/// </summary>
internal static class HostMount
{
    /// <summary>Its number, before it is mounted.</summary>
    /// <param name="root">The container's root, as a mount attached nowhere yet.</param>
    /// <exception cref="RuntimeException">It is the host's root: over that nothing can be mounted for one container.</exception>
    public static ulong Of(SafeFileHandle root)
    {
        var (own, hosts) = (Files.Status(root), Files.Status("/"));
        return (own.Device, own.Inode) == (hosts.Device, hosts.Inode)
            ? throw new RuntimeException("without a mount namespace of its own a container cannot have the host's root")
            : IdOf(root);
    }

    // The kernel's number of the mount that an open file is on.
    private static ulong IdOf(SafeFileHandle file)
    {
        const string Field = "mnt_id:";
        var lines = Files.ReadText($"/proc/self/fdinfo/{file.DangerousGetHandle()}").Split('\n');
        return ulong.Parse(lines.First(line => line.StartsWith(Field, StringComparison.Ordinal))[Field.Length..].Trim(), CultureInfo.InvariantCulture);
    }

    /// <summary>Unmounts it, if that is what is there; whoever removes the directory afterwards must not fall over it, or into what is mounted below.</summary>
    public static void Remove(ContainerRecord record)
    {
        if (record.HostMount is not { } mount) return;
        using (var root = Files.OpenIfExists(record.Rootfs, O_PATH | O_DIRECTORY))
        {
            if (root is null || IdOf(root) != mount) return;
        }

        Mounts.TryUnmount(record.Rootfs, MNT_DETACH);
    }
}
