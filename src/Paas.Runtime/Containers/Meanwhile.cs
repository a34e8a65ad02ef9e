using Paas.Linux.Cgroups;
using Paas.Runtime.State;

namespace Paas.Runtime.Containers;

/// <summary>
/// What is left to do for a container once its first process is there, and is done while that prepares itself: when it is ready, it waits
/// for nothing but the renaming of a file.
/// </summary>
internal sealed class Meanwhile(ContainerSpec spec, StateDirectory directory, ControlGroup group, CgroupLimits limits)
{
    private ContainerRecord? _record;

    /// <summary>Keeps the configuration, and sets the limits of the group. Before the process runs a program.</summary>
    public void KeepAndLimit()
    {
        directory.KeepConfig(spec.ConfigDocument);
        group.Apply(limits);
    }

    /// <summary>Writes down which process it is; nobody sees it yet.</summary>
    /// <param name="pid">Of the first process, on the host.</param>
    /// <param name="hostMount">See <see cref="ContainerRecord.HostMount"/>.</param>
    public void Describe(int pid, ulong? hostMount) => directory.Prepare(_record = ContainerFactory.Record(spec, group, pid) with { HostMount = hostMount });

    /// <summary>From here on the container is made.</summary>
    public ContainerRecord Publish()
    {
        directory.Publish();
        return _record!;
    }
}
