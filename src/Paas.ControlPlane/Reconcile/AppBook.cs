namespace Paas.ControlPlane.Reconcile;

/// <summary>
/// What this process alone knows about an app: what is being done to its containers, checks that go on, starts that failed.
/// Losing it costs nothing but asking again.
/// </summary>
internal sealed class AppBook
{
    private static readonly TimeSpan FirstHold = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestHold = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, InstanceOperation> _operations = [];
    private readonly Dictionary<string, Check> _checks = [];
    private readonly Dictionary<Slot, (int Count, SlotHold Hold)> _holds = [];
    private readonly Dictionary<string, string> _abandoned = [];

    internal InstanceOperation Operation(string container)
    {
        lock (_lock) return _operations.GetValueOrDefault(container);
    }

    /// <summary>False where something else is being done to the container.</summary>
    internal bool TryBegin(string container, InstanceOperation operation)
    {
        lock (_lock) return _operations.TryAdd(container, operation);
    }

    internal void End(string container)
    {
        lock (_lock) _operations.Remove(container);
    }

    /// <summary>The result of the check of this very process, or Unknown. A check of an earlier one is called off.</summary>
    internal (InstanceHealth Health, string? Problem) Health(string container, DateTimeOffset? start)
    {
        lock (_lock)
        {
            if (!_checks.TryGetValue(container, out var check)) return (InstanceHealth.Unknown, null);
            if (check.Start == start) return (check.Health, check.Problem);
            check.Cancel.Cancel();
            _checks.Remove(container);
            return (InstanceHealth.Unknown, null);
        }
    }

    /// <summary>Notes that a check begins; null where one goes on already.</summary>
    internal CancellationToken? BeginCheck(string container, DateTimeOffset? start, CancellationToken ct)
    {
        lock (_lock)
        {
            if (_checks.TryGetValue(container, out var old))
            {
                if (old.Start == start && old.Health == InstanceHealth.Checking) return null;
                old.Cancel.Cancel();
            }

            var cancel = CancellationTokenSource.CreateLinkedTokenSource(ct);
            _checks[container] = new Check(start, InstanceHealth.Checking, null, cancel);
            return cancel.Token;
        }
    }

    /// <summary>Notes how a check ended; false where it is about a process of the past.</summary>
    internal bool EndCheck(string container, DateTimeOffset? start, string? problem)
    {
        lock (_lock)
        {
            if (!_checks.TryGetValue(container, out var check) || check.Start != start) return false;
            _checks[container] = check with { Health = problem is null ? InstanceHealth.Healthy : InstanceHealth.Failed, Problem = problem };
            return true;
        }
    }

    internal IReadOnlyList<SlotHold> Holds()
    {
        lock (_lock) return [.. _holds.Values.Select(value => value.Hold)];
    }

    /// <summary>Keeps a slot from being started again at once; each time twice as long.</summary>
    internal void Hold(Slot slot, DateTimeOffset now, string? error)
    {
        lock (_lock)
        {
            var count = _holds.TryGetValue(slot, out var held) ? held.Count + 1 : 1;
            var wait = TimeSpan.FromTicks(Math.Min(LongestHold.Ticks, FirstHold.Ticks << Math.Min(count - 1, 10)));
            _holds[slot] = (count, new SlotHold(slot, now + wait, error));
        }
    }

    /// <summary>The slot's instance is well.</summary>
    internal void Release(Slot slot)
    {
        lock (_lock) _holds.Remove(slot);
    }

    /// <summary>The app is another one from now on: what held an earlier one's slots back is no matter.</summary>
    internal void ReleaseAll()
    {
        lock (_lock) _holds.Clear();
    }

    /// <summary>Notes why the last restart of an instance was given up.</summary>
    internal void Abandon(string container, string why)
    {
        lock (_lock) _abandoned[container] = why;
    }

    /// <summary>Why the last restart of an instance was given up; null where none was, or paasd has started since.</summary>
    internal string? Abandoned(string container)
    {
        lock (_lock) return _abandoned.GetValueOrDefault(container);
    }

    /// <summary>The container is gone.</summary>
    internal void Forget(string container)
    {
        lock (_lock)
        {
            _abandoned.Remove(container);
            if (_checks.Remove(container, out var check)) check.Cancel.Cancel();
        }
    }

    private sealed record Check(DateTimeOffset? Start, InstanceHealth Health, string? Problem, CancellationTokenSource Cancel);
}
