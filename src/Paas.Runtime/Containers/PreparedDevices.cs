using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Paas.Linux;
using Paas.Oci.Runtime;
using static Paas.Linux.Native;

namespace Paas.Runtime.Containers;

/// <summary>
/// Device nodes for a container with a user namespace, in which nobody can make any: the parent makes them, in a filesystem
/// attached nowhere, and the child binds them one by one. They have the owners and modes asked for, and need not exist on the
/// host.
/// </summary>
internal sealed class PreparedDevices : IDisposable
{
    private readonly Dictionary<string, string> _names = [];

    private PreparedDevices(SafeFileHandle directory) => Directory = directory;

    /// <summary>The filesystem with the nodes. The child has to attach it somewhere before it can bind what is in it.</summary>
    public SafeFileHandle Directory { get; }

    /// <summary>The nodes' names in <see cref="Directory"/> by the paths they belong at.</summary>
    public IReadOnlyDictionary<string, string> Names => _names;

    /// <summary>Makes them; null where this process may not, or does not know who the owners are.</summary>
    public static PreparedDevices? Make(IReadOnlyList<DeviceConfig>? devices, MappedIds ids)
    {
        if (!ids.AreKnown) return null;
        using var context = new FilesystemContext("tmpfs");
        var prepared = new PreparedDevices(context.Set("mode", "755").Mount(MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC));
        try
        {
            foreach (var (path, device) in DeviceSteps.All(devices)) prepared.Make(path, device, ids);
            return prepared;
        }
        catch (LinuxException refused) when (refused.Errno == Errno.EPERM)
        {
            prepared.Dispose();
            return null;
        }
        catch
        {
            prepared.Dispose();
            throw;
        }
    }

    private void Make(string path, DeviceConfig device, MappedIds ids)
    {
        var name = _names.Count.ToString(CultureInfo.InvariantCulture);
        Files.MakeNode(Directory, name, DeviceSteps.ModeOf(device), (uint)device.Major, (uint)device.Minor);
        using var node = Files.OpenBelow(Directory, name, O_PATH | O_NOFOLLOW, RESOLVE_BENEATH);
        Files.ChangeOwner(node, ids.Uid(device.Uid ?? 0), ids.Gid(device.Gid ?? 0));
        // This process's umask was in the way.
        Files.ChangeMode(Directory, name, DeviceSteps.ModeOf(device) & 0xFFF);
        _names[path] = name;
    }

    public void Dispose() => Directory.Dispose();
}
