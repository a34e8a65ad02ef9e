using Paas.Linux;
using Paas.Linux.Cgroups;

namespace Paas.Node.Cgroups;

/// <summary>
/// The control group of all builds, beside that of the apps so that it stands behind everything on the host: apps, router, paasd.
/// Builds have the processors when nobody else wants them. Where they are wanted all the time, builds take turns with a share of
/// a sixth: a push that mends an app that has run wild must get through.
/// </summary>
/// <param name="path">Relative to each hierarchy's root.</param>
/// <param name="priority">Normal leaves them beside all others.</param>
/// <param name="time">For the turns.</param>
internal sealed class BuildsGroup(string path, BuildPriority priority, TimeProvider time)
{
    /// <summary>How long a turn is.</summary>
    internal static readonly TimeSpan Turn = TimeSpan.FromSeconds(2);

    // Others have 1024.
    private const ulong Share = 204;

    private static readonly CgroupLimits Behind = new() { Processor = new ProcessorLimits { Idle = 1 } };

    private static readonly CgroupLimits Beside = new() { Processor = new ProcessorLimits { Idle = 0, Shares = Share } };

    private static readonly CgroupLimits Equal = new() { Processor = new ProcessorLimits { Shares = 1024 } };

    private static readonly CgroupLimits WithoutIdle = new() { Processor = new ProcessorLimits { Shares = Share } };

    private readonly Lock _lock = new();
    private int _running;
    private ITimer? _timer;
    private BuildsTurn _turn;

    /// <summary>Makes the group and puts it behind all others; a kernel that knows no idle groups (before 5.15) gives it a sixth always.</summary>
    public void Prepare()
    {
        lock (_lock)
        {
            if (!TryMake()) return;
            if (priority == BuildPriority.Normal)
            {
                // A daemon before this one may have put it behind; a kernel that cannot do that lacks the switch.
                TryApply(Beside);
                TryApply(Equal);
            }
            else if (TryApply(Behind)) _turn = BuildsTurn.First;
            else TryApply(WithoutIdle);
        }
    }

    /// <summary>Says that a container of a build runs, until disposed: turns are taken meanwhile.</summary>
    public IDisposable Enter()
    {
        lock (_lock)
        {
            if (_running++ == 0 && _turn.IsKnown) _timer = time.CreateTimer(_ => Next(), null, Turn, Turn);
        }

        return new Running(this);
    }

    private void Leave()
    {
        lock (_lock)
        {
            if (--_running > 0) return;
            _timer?.Dispose();
            _timer = null;
            if (_turn.IsKnown && !_turn.IsBehind && TryApply(Behind)) _turn = BuildsTurn.First;
        }
    }

    private void Next()
    {
        lock (_lock)
        {
            if (_timer is null) return;
            var next = _turn.Next(TimeSpan.FromMicroseconds(Used() / 1000.0), Turn);
            if (next.IsBehind == _turn.IsBehind || TryApply(next.IsBehind ? Behind : Beside)) _turn = next;
        }
    }

    private ulong Used() => CgroupStatistics.Of(ControlGroup.At(path)).Processor.Total;

    private bool TryMake() => Try(group => group.Create(Behind)?.Dispose());

    private bool TryApply(CgroupLimits limits) => Try(group => group.Apply(limits));

    private bool Try(Action<ControlGroup> action)
    {
        try
        {
            action(ControlGroup.At(path));
            return true;
        }
        catch (Exception error) when (error is CgroupException or LinuxException)
        {
            // A host whose processors nobody shares out runs containers all the same.
            return false;
        }
    }

    private sealed class Running(BuildsGroup group) : IDisposable
    {
        private BuildsGroup? _group = group;

        public void Dispose() => Interlocked.Exchange(ref _group, null)?.Leave();
    }
}

/// <summary>Whether builds stand behind everything else or have a share for a while.</summary>
/// <param name="IsKnown">False where the host cannot put a group behind.</param>
/// <param name="IsBehind">Builds get what nobody else wants.</param>
/// <param name="Used">What they had used when the turn began.</param>
internal readonly record struct BuildsTurn(bool IsKnown, bool IsBehind, TimeSpan Used)
{
    // Of one processor: a build that gets less has been starved, or has waited for something else and loses nothing by a turn.
    private const double Starved = 0.25;

    public static BuildsTurn First { get; } = new(true, true, TimeSpan.Zero);

    /// <summary>The turn after this one.</summary>
    /// <param name="used">Processor time used by all builds since the group was made.</param>
    /// <param name="length">How long this turn was.</param>
    public BuildsTurn Next(TimeSpan used, TimeSpan length) =>
        new(IsKnown, !IsBehind || used - Used >= length * Starved, used);
}
