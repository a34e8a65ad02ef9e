using Microsoft.Win32.SafeHandles;
using Paas.Linux;
using Paas.Linux.Cgroups;
using static Paas.Linux.Native;

namespace Paas.Runtime.Containers;

/// <summary>
/// Control groups as a container without a cgroup namespace sees them, as detached mounts: of the v1 hierarchies its own
/// directories, of the unified one all, as processes there find themselves by the path of <c>/proc/self/cgroup</c>.
/// </summary>
internal sealed class CgroupClones : IDisposable
{
    private readonly Dictionary<string, SafeFileHandle> _clones = [];

    private CgroupClones()
    {
    }

    /// <summary>The clone of a directory.</summary>
    public SafeFileHandle this[string directory] => _clones[directory];

    /// <summary>Opens them; null for a container that has the namespace.</summary>
    public static CgroupClones? Open(ControlGroup group, MountOptions options, NamespacePlan namespaces)
    {
        if (namespaces.Has(NamespaceKind.ControlGroup)) return null;
        var clones = new CgroupClones();
        try
        {
            foreach (var directory in group.LegacyDirectories.Values.Append(CgroupHierarchies.Current.Unified)) clones.Add(directory, options);
            return clones;
        }
        catch
        {
            clones.Dispose();
            throw;
        }
    }

    private void Add(string? directory, MountOptions options)
    {
        if (directory is null || _clones.ContainsKey(directory)) return;
        var clone = _clones[directory] = Mounts.OpenTreeClone(directory, recursive: false);
        Mounts.SetAttributes(clone, options.NewMount, 0, MS_PRIVATE);
    }

    public void Dispose()
    {
        foreach (var clone in _clones.Values) clone.Dispose();
    }
}
