using Microsoft.Win32.SafeHandles;
using Paas.Linux;
using Paas.Oci.Runtime;

namespace Paas.Runtime.Containers;

/// <summary>
/// Pipes and sockets handed to a container get its user for an owner: a program that opens <c>/dev/stdout</c> anew needs the
/// right to. Files and terminals keep theirs.
/// </summary>
internal static class StandardStreams
{
    public static void GiveTo(RuntimeConfig config, params ReadOnlySpan<int> descriptors)
    {
        var uid = config.Process?.User?.Uid ?? 0;
        if (config.Linux?.UidMappings is { Count: > 0 } mappings)
        {
            if (mappings.FirstOrDefault(mapping => uid - mapping.ContainerID < mapping.Size) is not { } mapping) return;
            uid = mapping.HostID + (uid - mapping.ContainerID);
        }

        foreach (var descriptor in descriptors)
        {
            using var handle = new SafeFileHandle(descriptor, ownsHandle: false);
            try
            {
                var status = Files.Status(handle);
                if ((status.IsFifo || status.IsSocket) && status.Uid != uid) Files.ChangeOwner(handle, uid, status.Gid);
            }
            catch (LinuxException)
            {
                // Closed, or another's: the program can still write to what it is given.
            }
        }
    }
}
