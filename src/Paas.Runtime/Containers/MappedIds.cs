using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Paas.Linux;
using Paas.Oci.Runtime;

namespace Paas.Runtime.Containers;

/// <summary>The container's ids on the host, and user namespaces that mounts are mapped with.</summary>
internal sealed class MappedIds(LinuxConfig? linux, NamespacePlan namespaces) : IDisposable
{
    private readonly Dictionary<string, SafeFileHandle> _made = [];

    /// <summary>The container's root, as the host counts.</summary>
    public (uint Uid, uint Gid) Root => (Uid(0), Gid(0));

    /// <summary>True where the container's ids are known here. Those of a user namespace that is joined are not.</summary>
    public bool AreKnown => !namespaces.Joined.ContainsKey(NamespaceKind.User);

    public uint Uid(uint inside) => Outside(inside, linux?.UidMappings, "uid");

    public uint Gid(uint inside) => Outside(inside, linux?.GidMappings, "gid");

    /// <summary>The value of a filesystem's <c>uid</c> or <c>gid</c> option as the host counts.</summary>
    public string Outside(string option, string value)
    {
        if (!uint.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var inside)) return value;
        return (option == "uid" ? Uid(inside) : Gid(inside)).ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>A user namespace with these mappings; with the container's where there are none. Same ones are made once.</summary>
    /// <exception cref="RuntimeException">The container has none either.</exception>
    public SafeFileHandle Namespace(IReadOnlyList<IdMapping>? uids, IReadOnlyList<IdMapping>? gids)
    {
        if (uids is null or [] && gids is null or [])
        {
            (uids, gids) = (linux?.UidMappings, linux?.GidMappings);
            if (uids is null or [] && namespaces.Joined.TryGetValue(NamespaceKind.User, out var joined)) return joined;
        }

        if (uids is null or [] || gids is null or []) throw new RuntimeException("an id-mapped mount needs both uidMappings and gidMappings");
        var key = string.Join(',', uids) + "/" + string.Join(',', gids);
        if (!_made.TryGetValue(key, out var made)) _made[key] = made = UserNamespaces.Create(Ranges(uids), Ranges(gids));
        return made;
    }

    /// <summary>Mappings as the kernel counts them.</summary>
    public static IReadOnlyList<IdRange> Ranges(IReadOnlyList<IdMapping> mappings) =>
        [.. mappings.Select(mapping => new IdRange(mapping.ContainerID, mapping.HostID, mapping.Size))];

    private uint Outside(uint inside, IReadOnlyList<IdMapping>? mappings, string kind)
    {
        if (!namespaces.Has(NamespaceKind.User)) return inside;
        foreach (var mapping in mappings ?? [])
        {
            if (inside >= mapping.ContainerID && inside - mapping.ContainerID < mapping.Size) return mapping.HostID + (inside - mapping.ContainerID);
        }

        throw new RuntimeException($"the mappings leave out the container's {kind} {inside}");
    }

    public void Dispose()
    {
        foreach (var handle in _made.Values) handle.Dispose();
    }
}
