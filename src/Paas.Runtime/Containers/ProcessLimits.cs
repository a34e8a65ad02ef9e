using Paas.Linux;
using Paas.Oci.Runtime;
using static Paas.Linux.Native;

namespace Paas.Runtime.Containers;

/// <summary>
/// Resource limits of the process to come. Only a holder of CAP_SYS_RESOURCE in the first user namespace may raise a hard limit,
/// and the container's process no longer is one; so this process raises its own for the moment of the fork, and the child lowers.
/// </summary>
internal sealed class ProcessLimits : IDisposable
{
    private readonly List<(int Kind, rlimit64 Before)> _raised = [];
    private readonly List<(int Kind, rlimit64 Limit)> _limits = [];

    /// <exception cref="RuntimeException">An unknown limit, or a soft one above its hard one.</exception>
    public ProcessLimits(IReadOnlyList<ResourceLimit>? limits)
    {
        foreach (var limit in limits ?? [])
        {
            var kind = Linux.ResourceLimits.Find(limit.Type);
            if (kind < 0) throw new RuntimeException($"unknown resource limit {limit.Type}");
            if (limit.Soft > limit.Hard) throw new RuntimeException($"{limit.Type}: the soft limit is above the hard one");
            var hard = Math.Min(limit.Hard, Obtain(kind, limit.Hard));
            _limits.Add((kind, new rlimit64 { rlim_cur = Math.Min(limit.Soft, hard), rlim_max = hard }));
        }
    }

    /// <summary>What the child sets.</summary>
    public IReadOnlyList<(int Kind, rlimit64 Limit)> ForChild => _limits;

    // The hard limit the child will be able to have: what is wanted, or what there is.
    private ulong Obtain(int kind, ulong wanted)
    {
        var own = Linux.ResourceLimits.Get(kind);
        if (wanted <= own.rlim_max) return wanted;
        if (!Linux.ResourceLimits.TrySet(kind, new rlimit64 { rlim_cur = own.rlim_cur, rlim_max = wanted })) return own.rlim_max;
        _raised.Add((kind, own));
        return wanted;
    }

    public void Dispose()
    {
        foreach (var (kind, before) in _raised) Linux.ResourceLimits.TrySet(kind, before);
        _raised.Clear();
    }
}
